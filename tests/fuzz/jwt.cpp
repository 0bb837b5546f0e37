#include "auth/jwt.hpp"

#include "auth/digest.hpp"
#include "auth/strict_json.hpp"
#include "base/base64.hpp"
#include "promise.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

const std::string secret(32, 's');
constexpr std::int64_t now_ms = 1'800'000'000'000;

const auth::JwtVerifier& verifier() {
  static const auth::JwtVerifier made({"https://id", "tasks"}, auth::JwtKey(auth::JwtAlgorithm::hs256, secret));
  return made;
}

std::string signed_token(std::string_view head, std::string_view claims) {
  const std::string text = base64url_encode(head) + "." + base64url_encode(claims);
  return text + "." + base64url_encode(auth::bytes_of(auth::hmac_sha256(secret, text)));
}

}  // namespace

/// Nobody gets in by what he writes himself; and whatever our issuer writes, who gets in has a name and an end, and was
/// named by claims of one meaning. The input is a token, and then head and claims with a line's end between them.
void jwt(std::string_view bytes) {
  promise(std::holds_alternative<auth::Refusal>(verifier().check(bytes, now_ms)));
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return;
  const std::string_view claims = bytes.substr(end + 1);
  const auto verdict = verifier().check(signed_token(bytes.substr(0, end), claims), now_ms);
  const auto* principal = std::get_if<auth::Principal>(&verdict);
  if (!principal) return;
  promise(auth::is_good_name(principal->name) && principal->expires_at_ms && !principal->has_expired(now_ms));
  const auto object = auth::parse_strict_object(claims);
  promise(object && object->at("iss").as_string() == "https://id" && object->at("sub").as_string() == principal->name);
}

}  // namespace taskrunner::fuzz
