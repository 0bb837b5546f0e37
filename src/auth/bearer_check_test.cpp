#include "auth/bearer_check.hpp"

#include "auth/test_jwt.hpp"

#include <gtest/gtest.h>

namespace taskrunner::auth {
namespace {

const std::string secret(32, 's');
constexpr const char* jwt_claims = R"({"iss":"i","aud":"a","sub":"ann","role":"viewer","exp":100})";

BearerCheck by_jwt() { return BearerCheck(JwtVerifier({"i", "a"}, JwtKey(JwtAlgorithm::hs256, secret))); }
std::string a_jwt() { return testing::SecretIssuer(secret).token(R"({"alg":"HS256"})", jwt_claims); }

TEST(BearerCheck, each_way_takes_its_own_kind_only) {
  const std::string token = make_token(random_secret);
  TokenList list;
  list.add({sha256(token), "ann"});
  const BearerCheck by_token(list);
  EXPECT_TRUE(std::holds_alternative<Principal>(by_token.check(token, 0)));
  EXPECT_TRUE(std::holds_alternative<Principal>(by_jwt().check(a_jwt(), 0)));
  EXPECT_EQ(by_token.check(a_jwt(), 0), Verdict(Refusal::malformed));
  EXPECT_EQ(by_jwt().check(token, 0), Verdict(Refusal::malformed));
  EXPECT_EQ(by_token.check("", 0), Verdict(Refusal::missing));
  EXPECT_EQ(by_jwt().check("", 0), Verdict(Refusal::missing));
}

TEST(BearerCheck, who_came_by_a_stored_token_stays_as_long_as_it_is_stored) {
  const std::string token = make_token(random_secret);
  TokenList list;
  list.add({sha256(token), "ann"});
  const auto ann = std::get<Principal>(BearerCheck(list).check(token, 0));
  EXPECT_TRUE(BearerCheck(list).still_knows(ann));
  EXPECT_FALSE(BearerCheck(TokenList()).still_knows(ann));
  EXPECT_TRUE(by_jwt().still_knows(std::get<Principal>(by_jwt().check(a_jwt(), 0))));
}

}  // namespace
}  // namespace taskrunner::auth
