#include "auth/jwt.hpp"

#include "auth/test_jwt.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace taskrunner::auth {
namespace {

constexpr std::int64_t now_s = 1'800'000'000;
constexpr std::int64_t now_ms = now_s * 1'000;

std::string head_of(std::string_view algorithm) { return fmt::format(R"({{"alg":"{}","typ":"JWT"}})", algorithm); }

/// All that is wanted, and `more` members (with a comma before them).
std::string claims(const std::string& more = "", std::int64_t expires_s = now_s + 60) {
  return fmt::format(R"({{"iss":"https://id","aud":"tasks","sub":"ann","role":"operator","exp":{}{}}})", expires_s, more);
}

class JwtTest : public ::testing::Test {
 protected:
  static JwtVerifier verifier_of(JwtAlgorithm algorithm, const std::string& key, const std::string& key_id = "") {
    return {{"https://id", "tasks", key_id}, JwtKey(algorithm, key)};
  }
  Verdict check(const std::string& token) const { return verifier.check(token, now_ms); }
  Refusal refusal_of(const std::string& token) const { return std::get<Refusal>(check(token)); }
  Refusal refusal_of_claims(const std::string& text) const { return refusal_of(issuer.token(head_of("HS256"), text)); }

  const std::string secret = std::string(40, 's');
  const testing::SecretIssuer issuer{secret};
  const JwtVerifier verifier = verifier_of(JwtAlgorithm::hs256, secret);
};

TEST_F(JwtTest, a_good_token_says_who_may_do_what_until_when) {
  const auto verdict = check(issuer.token(head_of("HS256"), claims(R"(,"topics":["a#1","b#1"],"nbf":1)")));
  const Principal& ann = std::get<Principal>(verdict);
  EXPECT_EQ(ann.name, "ann");
  EXPECT_EQ(ann.role, Role::operator_);
  EXPECT_EQ(ann.topics, (std::vector<std::string>{"a#1", "b#1"}));
  EXPECT_EQ(ann.expires_at_ms, now_ms + 60'000 + 30'000);
  EXPECT_EQ(std::get<Principal>(check(issuer.token(head_of("HS256"), claims()))).topics, std::nullopt);
  EXPECT_TRUE(std::get<Principal>(check(issuer.token(head_of("HS256"), claims(R"(,"topics":[])")))).topics->empty());
}

TEST_F(JwtTest, each_algorithm_takes_what_its_own_key_signed) {
  const testing::KeyIssuer rsa(2048), other_rsa(2048), curve("P-256"), other_curve("P-256");
  const auto by_rsa = verifier_of(JwtAlgorithm::rs256, rsa.public_pem());
  EXPECT_TRUE(std::holds_alternative<Principal>(by_rsa.check(rsa.token(head_of("RS256"), claims()), now_ms)));
  EXPECT_EQ(by_rsa.check(other_rsa.token(head_of("RS256"), claims()), now_ms), Verdict(Refusal::wrong_key));
  const auto by_curve = verifier_of(JwtAlgorithm::es256, curve.public_pem());
  EXPECT_TRUE(std::holds_alternative<Principal>(by_curve.check(curve.token(head_of("ES256"), claims()), now_ms)));
  EXPECT_EQ(by_curve.check(other_curve.token(head_of("ES256"), claims()), now_ms), Verdict(Refusal::wrong_key));
}

TEST_F(JwtTest, what_the_token_says_of_its_algorithm_chooses_nothing) {
  const testing::KeyIssuer rsa(2048);
  const auto verifier_by_rsa = verifier_of(JwtAlgorithm::rs256, rsa.public_pem());
  // The classic: the public key, known to all, taken for a secret.
  const testing::SecretIssuer forger(rsa.public_pem());
  EXPECT_EQ(verifier_by_rsa.check(forger.token(head_of("HS256"), claims()), now_ms), Verdict(Refusal::wrong_algorithm));
  EXPECT_EQ(verifier_by_rsa.check(forger.token(head_of("RS256"), claims()), now_ms), Verdict(Refusal::wrong_key));
  for (const char* name : {"none", "None", "NONE", "", "hs256", "HS512", "RS256"})
    EXPECT_EQ(refusal_of(issuer.token(head_of(name), claims())), Refusal::wrong_algorithm) << name;
  EXPECT_EQ(refusal_of(issuer.token("{}", claims())), Refusal::wrong_algorithm);
  EXPECT_EQ(refusal_of(issuer.token(R"({"alg":["HS256"]})", claims())), Refusal::wrong_algorithm);
}

TEST_F(JwtTest, a_token_without_signature_is_refused) {
  const std::string unsigned_token = base64url_encode(R"({"alg":"none"})") + "." + base64url_encode(claims()) + ".";
  EXPECT_EQ(refusal_of(unsigned_token), Refusal::wrong_algorithm);
  const std::string stripped = base64url_encode(head_of("HS256")) + "." + base64url_encode(claims()) + ".";
  EXPECT_EQ(refusal_of(stripped), Refusal::wrong_key);
}

TEST_F(JwtTest, claims_of_others_are_refused) {
  EXPECT_EQ(refusal_of_claims(R"({"iss":"https://evil","aud":"tasks","sub":"ann","role":"admin","exp":1900000000})"),
            Refusal::wrong_issuer);
  EXPECT_EQ(refusal_of_claims(R"({"aud":"tasks","sub":"ann","role":"admin","exp":1900000000})"), Refusal::wrong_issuer);
  EXPECT_EQ(refusal_of_claims(R"({"iss":"https://id","aud":"mail","sub":"ann","role":"admin","exp":1900000000})"),
            Refusal::wrong_audience);
  EXPECT_EQ(refusal_of_claims(R"({"iss":"https://id","sub":"ann","role":"admin","exp":1900000000})"), Refusal::wrong_audience);
  EXPECT_EQ(refusal_of_claims(R"({"iss":"https://id","aud":["mail",7],"sub":"ann","role":"admin","exp":1900000000})"),
            Refusal::wrong_audience);
  EXPECT_TRUE(std::holds_alternative<Principal>(check(issuer.token(
      head_of("HS256"), R"({"iss":"https://id","aud":["mail","tasks"],"sub":"ann","role":"admin","exp":1900000000})"))));
}

TEST_F(JwtTest, it_holds_from_its_beginning_to_its_end_and_a_little_leeway) {
  const auto at = [&](std::int64_t when_s, const std::string& text) {
    return verifier.check(issuer.token(head_of("HS256"), text), when_s * 1'000);
  };
  EXPECT_TRUE(std::holds_alternative<Principal>(at(now_s + 29, claims("", now_s))));
  EXPECT_EQ(at(now_s + 30, claims("", now_s)), Verdict(Refusal::expired));
  const std::string later = claims(fmt::format(R"(,"nbf":{})", now_s + 30));
  EXPECT_TRUE(std::holds_alternative<Principal>(at(now_s, later)));
  EXPECT_EQ(at(now_s - 1, later), Verdict(Refusal::not_yet_valid));
}

TEST_F(JwtTest, one_that_never_ends_is_refused) {
  for (const char* end : {"", R"(,"exp":null)", R"(,"exp":"1900000000")", R"(,"exp":1e300)", R"(,"exp":-1)"})
    EXPECT_EQ(refusal_of_claims(std::string(R"({"iss":"https://id","aud":"tasks","sub":"ann","role":"admin")") + end + "}"),
              Refusal::malformed)
        << end;
  EXPECT_EQ(refusal_of_claims(claims(R"(,"nbf":"soon")")), Refusal::malformed);
}

TEST_F(JwtTest, one_that_gives_no_right_is_refused) {
  const std::string person = R"({"iss":"https://id","aud":"tasks","exp":1900000000)";
  EXPECT_EQ(refusal_of_claims(person + R"(,"sub":"ann"})"), Refusal::no_role);
  EXPECT_EQ(refusal_of_claims(person + R"(,"sub":"ann","role":"root"})"), Refusal::no_role);
  EXPECT_EQ(refusal_of_claims(person + R"(,"sub":"ann","role":2})"), Refusal::no_role);
  EXPECT_EQ(refusal_of_claims(person + R"(,"role":"admin"})"), Refusal::malformed);
  EXPECT_EQ(refusal_of_claims(person + R"(,"role":"admin","sub":"a\nb"})"), Refusal::malformed);
  for (const char* topics : {"null", "\"a#1\"", "[1]", "{}"})
    EXPECT_EQ(refusal_of_claims(claims(std::string(R"(,"topics":)") + topics)), Refusal::malformed) << topics;
}

TEST_F(JwtTest, a_name_that_stands_twice_is_refused) {
  EXPECT_EQ(refusal_of_claims(claims(R"(,"role":"admin")")), Refusal::malformed);
  EXPECT_EQ(refusal_of_claims(claims(R"(,"r\u006fle":"admin")")), Refusal::malformed);
  EXPECT_EQ(refusal_of_claims(claims(R"(,"x":{"y":1,"y":2})")), Refusal::malformed);
  EXPECT_EQ(refusal_of(issuer.token(R"({"alg":"HS256","alg":"HS256"})", claims())), Refusal::malformed);
}

TEST_F(JwtTest, what_must_be_understood_and_is_not_is_refused) {
  EXPECT_EQ(refusal_of(issuer.token(R"({"alg":"HS256","crit":["b64"],"b64":false})", claims())), Refusal::malformed);
  EXPECT_EQ(refusal_of(issuer.token(R"({"alg":"HS256","typ":"logout+jwt"})", claims())), Refusal::malformed);
  EXPECT_TRUE(std::holds_alternative<Principal>(check(issuer.token(R"({"alg":"HS256","typ":"jwt"})", claims()))));
  EXPECT_TRUE(std::holds_alternative<Principal>(check(issuer.token(R"({"alg":"HS256"})", claims()))));
}

TEST_F(JwtTest, the_key_id_must_be_ours_where_we_have_one) {
  const auto with_id = verifier_of(JwtAlgorithm::hs256, secret, "k1");
  EXPECT_TRUE(std::holds_alternative<Principal>(
      with_id.check(issuer.token(R"({"alg":"HS256","kid":"k1"})", claims()), now_ms)));
  for (const char* head : {R"({"alg":"HS256","kid":"k2"})", R"({"alg":"HS256"})", R"({"alg":"HS256","kid":1})"})
    EXPECT_EQ(with_id.check(issuer.token(head, claims()), now_ms), Verdict(Refusal::wrong_key)) << head;
  EXPECT_TRUE(std::holds_alternative<Principal>(check(issuer.token(R"({"alg":"HS256","kid":"../../k"})", claims()))));
}

TEST_F(JwtTest, what_is_malformed_is_refused) {
  const std::string good = issuer.token(head_of("HS256"), claims());
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), std::string("a.b.c.d"), good + ".",
        "." + good, " " + good, good + "=", std::string("e30.e30.e30"), issuer.token("[]", claims()), issuer.token("{", claims()),
        issuer.token("{\"alg\":\"HS256\"} x", claims())})
    EXPECT_TRUE(std::holds_alternative<Refusal>(check(token))) << token;
  EXPECT_EQ(refusal_of_claims("[]"), Refusal::malformed);
  EXPECT_EQ(refusal_of_claims("\xFF"), Refusal::malformed);
  EXPECT_EQ(refusal_of_claims(claims(R"(,"x":[[[[[[[[[]]]]]]]]])")), Refusal::malformed);
}

TEST_F(JwtTest, one_that_is_too_long_is_not_looked_at) {
  const std::string token = issuer.token(head_of("HS256"), claims(R"(,"x":")" + std::string(8'192, 'x') + '"'));
  EXPECT_EQ(refusal_of(token), Refusal::malformed);
}

/// A signature has one form of text only, or a revoked token could be told from its twin by nobody.
TEST_F(JwtTest, no_other_spelling_of_a_good_token_is_good) {
  std::string token = issuer.token(head_of("HS256"), claims());
  char& last = token.back();
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const char right = last;
  for (const char c : alphabet) {
    last = c;
    EXPECT_EQ(std::holds_alternative<Principal>(check(token)), c == right);
  }
}

}  // namespace
}  // namespace taskrunner::auth
