#include "auth/token_list.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

#include <set>

namespace taskrunner::auth {
namespace {

StoredToken stored(const std::string& token, const std::string& name, Role role) {
  StoredToken made;
  made.sha256 = sha256(token);
  made.name = name;
  made.role = role;
  return made;
}

const std::string hash(64, 'a');

TEST(TokenList, a_token_is_long_random_and_known_by_its_beginning) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    const std::string token = make_token(random_secret);
    EXPECT_TRUE(token.starts_with("tr_"));
    EXPECT_EQ(token.size(), 46u);
    EXPECT_TRUE(made.insert(token).second);
  }
}

TEST(TokenList, it_knows_its_tokens_and_no_others) {
  const std::string a = make_token(random_secret), b = make_token(random_secret), other = make_token(random_secret);
  TokenList list;
  list.add(stored(a, "a", Role::viewer));
  list.add(stored(b, "b", Role::admin));
  EXPECT_EQ(std::get<Principal>(list.check(a, 0)).name, "a");
  EXPECT_EQ(std::get<Principal>(list.check(b, 0)).role, Role::admin);
  EXPECT_EQ(list.check(other, 0), Verdict(Refusal::unknown));
  for (const std::string& wrong : {std::string(), std::string("tr_"), a + "x", a.substr(1), " " + a, to_hex(sha256(a))})
    EXPECT_EQ(list.check(wrong, 0), Verdict(Refusal::malformed)) << wrong;
}

TEST(TokenList, a_token_ends_at_its_time) {
  const std::string token = make_token(random_secret);
  StoredToken kept = stored(token, "a", Role::viewer);
  kept.expires_at_ms = 1'000;
  TokenList list;
  list.add(kept);
  EXPECT_EQ(std::get<Principal>(list.check(token, 999)).expires_at_ms, 1'000);
  EXPECT_EQ(list.check(token, 1'000), Verdict(Refusal::expired));
}

TEST(TokenList, its_text_holds_no_token_and_reads_as_the_same) {
  const std::string token = make_token(random_secret);
  StoredToken kept = stored(token, "wärter \"1\"", Role::operator_);
  kept.topics = {"a#1", "b#1"};
  kept.created_at_ms = 1'800'000'000'000;
  kept.expires_at_ms = 1'900'000'000'000;
  TokenList list;
  list.add(kept);
  list.add(stored(make_token(random_secret), "other", Role::viewer));
  const std::string text = list.text();
  EXPECT_EQ(text.find(token.substr(3)), std::string::npos);
  const TokenList again(text);
  EXPECT_EQ(again.size(), 2u);
  EXPECT_EQ(again.check(token, 0), list.check(token, 0));
  EXPECT_EQ(again.text(), text);
}

TEST(TokenList, a_credential_is_known_until_its_token_is_taken_out) {
  const std::string token = make_token(random_secret);
  TokenList list;
  list.add(stored(token, "a", Role::viewer));
  const Principal known = std::get<Principal>(list.check(token, 0));
  EXPECT_TRUE(list.has(known.credential));
  EXPECT_FALSE(TokenList().has(known.credential));
  EXPECT_FALSE(list.has(""));
}

TEST(TokenList, an_empty_file_is_no_tokens) {
  for (const char* text : {"", "\n", R"({"tokens": []})"}) EXPECT_EQ(TokenList(text).size(), 0u) << text;
}

TEST(TokenList, a_broken_file_is_refused_and_the_entry_named) {
  const auto refusal_of = [](const std::string& text) -> std::string {
    try {
      const TokenList list(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const auto entry = [](const std::string& members) { return R"({"tokens":[{)" + members + "}]}"; };
  const std::string good = R"("sha256":")" + hash + R"(","name":"a","role":"viewer")";
  EXPECT_EQ(refusal_of(entry(good)), "");
  for (const std::string& text : {std::string("x"), std::string("[]"), std::string("{}"), std::string(R"({"tokens":{}})"),
                                  entry(good) + "x", entry(good + R"(,"role":"admin")")})
    EXPECT_NE(refusal_of(text).find("no token file"), std::string::npos) << text;
  for (const std::string& members :
       {std::string(), R"("name":"a","role":"viewer")" + std::string(), R"("sha256":"zz","name":"a","role":"viewer")" + std::string(),
        R"("sha256":")" + std::string(64, 'g') + R"(","name":"a","role":"viewer")", R"("sha256":")" + hash + R"(","role":"viewer")",
        R"("sha256":")" + hash + R"(","name":"a\u0007","role":"viewer")", R"("sha256":")" + hash + R"(","name":"a","role":"root")",
        good + R"(,"topics":"a#1")", good + R"(,"topics":[1])", good + R"(,"expiresAt":"soon")", good + R"(,"expiresAt":7)"})
    EXPECT_NE(refusal_of(entry(members)).find("token 1"), std::string::npos) << members;
}

}  // namespace
}  // namespace taskrunner::auth
