#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace taskrunner::api {

/// Makes and knows subscription ids: text that clients cannot make up. Signed by HMAC-SHA256 (RFC 2104) with a key of
/// this process's own, so that a later process takes none of an earlier one. One loop only.
class SubscriptionTokens {
 public:
  SubscriptionTokens();
  std::string make();
  bool is_ours(std::string_view token) const;

 private:
  std::string signature_of(std::string_view text) const;

  std::array<unsigned char, 32> key_;
  std::uint64_t last_ = 0;
};

}  // namespace taskrunner::api
