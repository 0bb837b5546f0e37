#pragma once

#include "auth/jwt_key.hpp"
#include "auth/principal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace taskrunner::auth {

struct JwtRules {
  std::string issuer;       ///< `iss` must be it
  std::string audience;     ///< `aud` must be it, or hold it
  std::string key_id = {};  ///< `kid` must be it; empty: whatever it is, there is one key
  std::int64_t leeway_ms = 30'000;  ///< by which the issuer's clock may differ from ours
};

/// Checks JSON Web Tokens (RFC 7519) of one issuer, in JWS compact form (RFC 7515), by one key and its algorithm:
/// nothing that a token says of itself chooses how it is checked (RFC 8725, section 3.1). Immutable.
///
/// Wanted claims: `iss`, `aud`, `exp`, `sub` (the name), `role` (viewer, operator or admin); `nbf` and `topics` (a list
/// of topics, to which the rights are limited) where there are any.
class JwtVerifier {
 public:
  static constexpr std::size_t longest_token = 8 * 1024;

  JwtVerifier(JwtRules rules, JwtKey key) : rules_(std::move(rules)), key_(std::move(key)) {}

  Verdict check(std::string_view token, std::int64_t now_ms) const;

 private:
  const JwtRules rules_;
  const JwtKey key_;
};

}  // namespace taskrunner::auth
