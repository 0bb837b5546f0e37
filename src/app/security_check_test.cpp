#include "app/security_check.hpp"

#include <taskrunner/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskrunner::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(const SecurityOptions& security, const std::string& listen = "127.0.0.1:0") {
  try {
    check_security(security, listen);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

SecurityOptions by_token() {
  SecurityOptions security;
  security.authentication = Authentication::token;
  security.token_file = "t.json";
  return security;
}

SecurityOptions by_jwt() {
  SecurityOptions security;
  security.authentication = Authentication::jwt;
  security.jwt = {"i", "a", "HS256", "k", ""};
  return security;
}

SecurityOptions with_tls(SecurityOptions security) {
  security.tls_cert = "c.pem";
  security.tls_key = "k.pem";
  return security;
}

TEST(SecurityCheck, loopback_is_known_however_it_is_written) {
  for (const char* listen : {"127.0.0.1:80", "127.9.9.9:0", "[::1]:80", "localhost:80", "[::ffff:127.0.0.1]:80"})
    EXPECT_TRUE(is_loopback_listen(listen)) << listen;
  for (const char* listen : {"0.0.0.0:80", "[::]:80", "10.0.0.1:80", "127.evil.example:80", "[::2]:1", "192.168.1.1:127"})
    EXPECT_FALSE(is_loopback_listen(listen)) << listen;
}

TEST(SecurityCheck, at_loopback_everything_may_be_open) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal(by_token()), "");
  EXPECT_EQ(refusal(by_jwt()), "");
  EXPECT_EQ(refusal(with_tls({})), "");
}

TEST(SecurityCheck, elsewhere_who_may_come_is_asked_and_not_overheard) {
  const std::string anywhere = "0.0.0.0:8080";
  EXPECT_THAT(refusal({}, anywhere), HasSubstr("could add and stop tasks"));
  EXPECT_THAT(refusal({}, anywhere), HasSubstr("--auth token"));
  EXPECT_THAT(refusal({}, anywhere), HasSubstr("--tls-cert"));
  EXPECT_THAT(refusal({}, anywhere), HasSubstr("127.0.0.1"));
  EXPECT_THAT(refusal(by_token(), anywhere), HasSubstr("in the clear"));
  EXPECT_THAT(refusal(by_token(), anywhere), Not(HasSubstr("--auth token")));
  EXPECT_THAT(refusal(with_tls({}), anywhere), HasSubstr("--auth token"));
  EXPECT_EQ(refusal(with_tls(by_token()), anywhere), "");
  EXPECT_EQ(refusal(with_tls(by_jwt()), "[::]:8080"), "");
  SecurityOptions proxied = by_token();
  proxied.behind_proxy = {"10.0.0.0/8"};
  EXPECT_EQ(refusal(proxied, anywhere), "");
  proxied = {};
  proxied.behind_proxy = {"10.0.0.0/8"};
  EXPECT_THAT(refusal(proxied, anywhere), HasSubstr("--auth token"));
}

TEST(SecurityCheck, what_would_protect_nothing_is_not_taken_in_silence) {
  SecurityOptions security;
  security.authentication = Authentication::token;
  EXPECT_THAT(refusal(security), HasSubstr("token create"));
  security = {};
  security.token_file = "t.json";
  EXPECT_THAT(refusal(security), HasSubstr("--auth token only"));
  security = {};
  security.jwt.issuer = "i";
  EXPECT_THAT(refusal(security), HasSubstr("--auth jwt only"));
  security = by_jwt();
  security.jwt.audience = "";
  security.jwt.key_file = "";
  EXPECT_THAT(refusal(security), HasSubstr("--jwt-audience, --jwt-key-file"));
  security = {};
  security.tls_key = "k.pem";
  EXPECT_THAT(refusal(security), HasSubstr("go together"));
  security = {};
  security.tls_client_ca = "ca.pem";
  EXPECT_THAT(refusal(security), HasSubstr("--tls-cert"));
}

}  // namespace
}  // namespace taskrunner::app
