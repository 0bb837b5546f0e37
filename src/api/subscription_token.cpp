#include "api/subscription_token.hpp"

#include <taskrunner/error.hpp>

#include "live/live_hub.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace taskrunner::api {

std::string token_form(const Query& query, const Identity& who) {
  return Json(who.name).dump() + live::form_of(parse_query(query));
}

SubscriptionTokens::SubscriptionTokens() {
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1)
    throw Error(ErrorCode::internal, "the system gives no random bytes");
}

std::string SubscriptionTokens::make(std::string_view form) {
  const std::string number = fmt::format("{:x}", ++last_);
  return number + "." + signature_of(number, form);
}

bool SubscriptionTokens::is_ours(std::string_view token, std::string_view form) const {
  const std::size_t dot = token.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string expected = signature_of(token.substr(0, dot), form);
  const std::string_view given = token.substr(dot + 1);
  return given.size() == expected.size() && CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0;
}

std::string SubscriptionTokens::signature_of(std::string_view number, std::string_view form) const {
  const std::string text = std::string(number) + '.' + std::string(form);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &length);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace taskrunner::api
