#pragma once

#include "api/identity.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace taskrunner::api {

/// What a subscription id is good for: a query, as narrowed for that identity. Throws Error where the query is wrong.
std::string token_form(const Query& query, const Identity& who);

/// Makes and knows subscription ids: text that clients cannot make up, each good for one form only. Signed by
/// HMAC-SHA256 (RFC 2104) with a key of this process's own, so that a later process takes none of an earlier one.
/// One loop only.
class SubscriptionTokens {
 public:
  SubscriptionTokens();
  std::string make(std::string_view form);
  bool is_ours(std::string_view token, std::string_view form) const;

 private:
  std::string signature_of(std::string_view number, std::string_view form) const;

  std::array<unsigned char, 32> key_;
  std::uint64_t last_ = 0;
};

}  // namespace taskrunner::api
