#include "auth/jwt.hpp"

#include "auth/strict_json.hpp"
#include "base/base64.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace taskrunner::auth {
namespace {

/// A token's three parts, still encoded.
struct Parts {
  std::string_view head, claims, signature;
  std::string_view signed_text;
};

std::optional<Parts> parts_of(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

std::optional<Json> object_of(std::string_view encoded) {
  const auto text = base64url_decode(encoded);
  return text ? parse_strict_object(*text) : std::nullopt;
}

bool is_text(const Json* value, std::string_view wanted) {
  const std::string* text = value ? value->if_string() : nullptr;
  return text && *text == wanted;
}

/// RFC 7515 4.1.9: `JWT` may be written in any case; an access token (RFC 9068) is as good.
bool is_good_type(const Json* type) {
  if (!type) return true;
  const std::string* text = type->if_string();
  if (!text) return false;
  std::string lower = *text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower == "jwt" || lower == "at+jwt";
}

std::optional<Refusal> refusal_of_head(const Json& head, const JwtRules& rules, JwtAlgorithm algorithm) {
  if (!is_text(head.find("alg"), to_text(algorithm))) return Refusal::wrong_algorithm;
  if (head.find("crit") || !is_good_type(head.find("typ"))) return Refusal::malformed;
  if (!rules.key_id.empty() && !is_text(head.find("kid"), rules.key_id)) return Refusal::wrong_key;
  return std::nullopt;
}

bool is_audience(const Json* claim, std::string_view wanted) {
  const JsonArray* several = claim ? claim->if_array() : nullptr;
  if (!several) return is_text(claim, wanted);
  return std::any_of(several->begin(), several->end(), [&](const Json& one) { return is_text(&one, wanted); });
}

/// A NumericDate in milliseconds: seconds since 1970, within the next ten thousand years.
std::optional<std::int64_t> time_of(const Json* claim) {
  if (!claim || !claim->is_number()) return std::nullopt;
  const double seconds = claim->as_double();
  if (!(seconds >= 0 && seconds < 253'402'300'800.0)) return std::nullopt;
  return static_cast<std::int64_t>(seconds * 1'000);
}

std::optional<Refusal> refusal_of_times(const Json& claims, std::int64_t leeway_ms, std::int64_t now_ms) {
  const auto expires = time_of(claims.find("exp"));
  if (!expires) return Refusal::malformed;
  if (now_ms >= *expires + leeway_ms) return Refusal::expired;
  const Json* begins = claims.find("nbf");
  if (!begins) return std::nullopt;
  const auto from = time_of(begins);
  if (!from) return Refusal::malformed;
  return now_ms + leeway_ms < *from ? std::optional(Refusal::not_yet_valid) : std::nullopt;
}

/// False where there are topics and they are no list of texts.
bool read_topics(const Json* claim, Principal& principal) {
  if (!claim) return true;
  const JsonArray* list = claim->if_array();
  if (!list || !std::all_of(list->begin(), list->end(), [](const Json& topic) { return topic.is_string(); })) return false;
  principal.topics.emplace();
  for (const Json& topic : *list) principal.topics->push_back(topic.as_string());
  return true;
}

Verdict principal_of(const Json& claims, std::int64_t leeway_ms) {
  Principal principal;
  const Json* subject = claims.find("sub");
  if (!subject || !subject->is_string() || !is_good_name(subject->as_string())) return Refusal::malformed;
  principal.name = subject->as_string();
  if (!read_topics(claims.find("topics"), principal)) return Refusal::malformed;
  const Json* role_claim = claims.find("role");
  const auto role = role_claim && role_claim->is_string() ? role_from(role_claim->as_string()) : std::nullopt;
  if (!role) return Refusal::no_role;
  principal.role = *role;
  principal.expires_at_ms = *time_of(claims.find("exp")) + leeway_ms;
  return principal;
}

}  // namespace

Verdict JwtVerifier::check(std::string_view token, std::int64_t now_ms) const {
  const auto parts = token.size() <= longest_token ? parts_of(token) : std::nullopt;
  const auto head = parts ? object_of(parts->head) : std::nullopt;
  if (!head) return Refusal::malformed;
  if (const auto refusal = refusal_of_head(*head, rules_, key_.algorithm())) return *refusal;
  const auto signature = base64url_decode(parts->signature);
  if (!signature) return Refusal::malformed;
  if (!key_.has_signed(parts->signed_text, *signature)) return Refusal::wrong_key;
  const auto claims = object_of(parts->claims);
  if (!claims) return Refusal::malformed;
  if (!is_text(claims->find("iss"), rules_.issuer)) return Refusal::wrong_issuer;
  if (!is_audience(claims->find("aud"), rules_.audience)) return Refusal::wrong_audience;
  if (const auto refusal = refusal_of_times(*claims, rules_.leeway_ms, now_ms)) return *refusal;
  return principal_of(*claims, rules_.leeway_ms);
}

}  // namespace taskrunner::auth
