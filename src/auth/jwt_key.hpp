#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace taskrunner::auth {

enum class JwtAlgorithm { hs256, rs256, es256 };

/// As `alg` names it (RFC 7518, section 3.1).
std::string_view to_text(JwtAlgorithm algorithm);
std::optional<JwtAlgorithm> jwt_algorithm_from(std::string_view text);

/// A key that checks signatures of one algorithm and no other. Immutable.
class JwtKey {
 public:
  /// `file` is what the key's file holds: for HS256 a secret of 32 bytes or more (a line's end behind it does not
  /// count), else a public key or certificate in PEM (RS256: 2,048 bits or more; ES256: on the curve P-256). Throws
  /// Error{invalid_argument} that says what is wanted.
  JwtKey(JwtAlgorithm algorithm, std::string_view file);

  JwtAlgorithm algorithm() const { return algorithm_; }
  /// The signature (as JWS has it, RFC 7518 section 3) is the key's, of that text.
  bool has_signed(std::string_view text, std::string_view signature) const;

 private:
  const JwtAlgorithm algorithm_;
  std::string secret_;
  std::shared_ptr<evp_pkey_st> public_key_;
};

}  // namespace taskrunner::auth
