#include "auth/jwt_key.hpp"

#include <taskrunner/error.hpp>

#include "auth/test_jwt.hpp"

#include <gtest/gtest.h>

namespace taskrunner::auth {
namespace {

/// The claims of RFC 7515, appendix A, which are those of RFC 7519, section 3.1.
const std::string claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

void expect_vector(const JwtKey& key, const std::string& head, const std::string& signature_text) {
  const std::string text = head + "." + claims;
  std::string signature = base64url_decode(signature_text).value();
  EXPECT_TRUE(key.has_signed(text, signature));
  EXPECT_FALSE(key.has_signed(text + "x", signature));
  EXPECT_FALSE(key.has_signed(text, signature + 'x'));
  EXPECT_FALSE(key.has_signed(text, ""));
  signature[7] = static_cast<char>(signature[7] ^ 1);
  EXPECT_FALSE(key.has_signed(text, signature));
}

TEST(JwtKey, rfc7515_a1_hs256) {
  const auto secret =
      base64url_decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").value();
  expect_vector(JwtKey(JwtAlgorithm::hs256, secret), "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(JwtKey, rfc7515_a2_rs256) {
  const JwtKey key(JwtAlgorithm::rs256, R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj
NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz
P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo
9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB
EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX
FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp
oQIDAQAB
-----END PUBLIC KEY-----
)");
  expect_vector(key, "eyJhbGciOiJSUzI1NiJ9",
                "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr"
                "7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--x"
                "i12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_Ioy"
                "pGlUPQGe77Rw");
}

TEST(JwtKey, rfc7515_a3_es256) {
  const JwtKey key(JwtAlgorithm::es256, R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
-----END PUBLIC KEY-----
)");
  expect_vector(key, "eyJhbGciOiJFUzI1NiJ9",
                "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
}

TEST(JwtKey, a_key_that_does_not_fit_its_algorithm_is_refused) {
  const testing::KeyIssuer rsa(2048), small(1024), p256("P-256"), p384("P-384");
  EXPECT_NO_THROW(JwtKey(JwtAlgorithm::rs256, rsa.public_pem()));
  EXPECT_NO_THROW(JwtKey(JwtAlgorithm::es256, p256.public_pem()));
  EXPECT_NO_THROW(JwtKey(JwtAlgorithm::hs256, std::string(32, 'k')));
  const std::pair<JwtAlgorithm, std::string> wrong[] = {
      {JwtAlgorithm::hs256, ""},
      {JwtAlgorithm::hs256, std::string(31, 'k') + "\r\n"},
      {JwtAlgorithm::hs256, rsa.public_pem()},
      {JwtAlgorithm::rs256, ""},
      {JwtAlgorithm::rs256, "no key"},
      {JwtAlgorithm::rs256, small.public_pem()},
      {JwtAlgorithm::rs256, p256.public_pem()},
      {JwtAlgorithm::rs256, rsa.private_pem()},
      {JwtAlgorithm::es256, rsa.public_pem()},
      {JwtAlgorithm::es256, p384.public_pem()},
  };
  for (const auto& [algorithm, file] : wrong)
    EXPECT_THROW(JwtKey(algorithm, file), Error) << to_text(algorithm) << ": " << file;
}

TEST(JwtKey, a_line_end_behind_a_secret_does_not_count) {
  const std::string secret(32, 'k');
  const std::string signature = testing::SecretIssuer(secret).sign("text");
  EXPECT_TRUE(JwtKey(JwtAlgorithm::hs256, secret + "\n").has_signed("text", signature));
}

/// Both halves are numbers below the order of the curve's group, and above zero.
TEST(JwtKey, an_ecdsa_signature_of_zeros_is_none) {
  const JwtKey key(JwtAlgorithm::es256, testing::KeyIssuer("P-256").public_pem());
  EXPECT_FALSE(key.has_signed("text", std::string(64, '\0')));
  EXPECT_FALSE(key.has_signed("text", std::string(64, '\xFF')));
}

}  // namespace
}  // namespace taskrunner::auth
