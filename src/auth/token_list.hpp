#pragma once

#include "auth/digest.hpp"
#include "auth/principal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::auth {

/// A token as it is kept: not the token, but what it hashes to. A plain SHA-256 will do, since a token is 256 random
/// bits: there is nothing to guess that a slow or salted hash would protect, as it protects passwords.
struct StoredToken {
  Digest sha256{};
  std::string name;
  Role role = Role::viewer;
  std::optional<std::vector<std::string>> topics = std::nullopt;  ///< absent: all
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> expires_at_ms = std::nullopt;
};

/// `tr_` and 43 characters of base64url.
std::string make_token(const MakeSecret& make_secret);

/// The tokens that a host knows: what a token file holds.
class TokenList {
 public:
  static constexpr std::size_t most_tokens = 10'000;

  TokenList() = default;
  /// The text of a token file; empty text is no tokens. Throws Error{invalid_argument} that names what is wrong with it.
  explicit TokenList(std::string_view text);
  /// The same as text, for a file.
  std::string text() const;

  void add(StoredToken token);
  std::size_t size() const { return tokens_.size(); }

  /// Looks at every token, so that the time taken tells nothing.
  Verdict check(std::string_view token, std::int64_t now_ms) const;
  /// Whether what Principal::credential names is still there.
  bool has(std::string_view credential) const;

 private:
  std::vector<StoredToken> tokens_;
};

}  // namespace taskrunner::auth
