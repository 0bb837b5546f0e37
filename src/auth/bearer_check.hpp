#pragma once

#include "auth/jwt.hpp"
#include "auth/token_list.hpp"

#include <cstdint>
#include <string_view>
#include <variant>

namespace taskrunner::auth {

/// What a host takes for credentials: stored tokens, or JSON Web Tokens. Immutable.
class BearerCheck {
 public:
  explicit BearerCheck(TokenList tokens) : way_(std::move(tokens)) {}
  explicit BearerCheck(JwtVerifier verifier) : way_(std::move(verifier)) {}

  Verdict check(std::string_view text, std::int64_t now_ms) const;
  /// Whether who was let in by an earlier check, of this or another one, may stay: not where the stored token is gone.
  /// A JSON Web Token holds until its end.
  bool still_knows(const Principal& principal) const;

 private:
  std::variant<TokenList, JwtVerifier> way_;
};

}  // namespace taskrunner::auth
