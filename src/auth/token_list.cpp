#include "auth/token_list.hpp"

#include <taskrunner/error.hpp>

#include "auth/strict_json.hpp"
#include "base/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace taskrunner::auth {
namespace {

constexpr std::string_view prefix = "tr_";
constexpr std::size_t token_length = 46;

[[noreturn]] void refuse(std::size_t number, std::string_view what) {
  throw Error(ErrorCode::invalid_argument, fmt::format("token {} of it: {}", number, what));
}

std::optional<Digest> digest_from(std::string_view hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const char* const at = hex.data() + 2 * i;
    const auto [end, error] = std::from_chars(at, at + 2, digest[i], 16);
    if (error != std::errc() || end != at + 2) return std::nullopt;
  }
  return digest;
}

const std::string* text_of(const Json& entry, std::string_view name) {
  const Json* value = entry.find(name);
  return value ? value->if_string() : nullptr;
}

std::optional<std::int64_t> time_of(const Json& entry, std::string_view name, std::size_t number) {
  if (!entry.find(name)) return std::nullopt;
  const std::string* text = text_of(entry, name);
  const auto time = text ? parse_iso_time(*text) : std::nullopt;
  if (!time) refuse(number, fmt::format("'{}' is no time", name));
  return time;
}

std::optional<std::vector<std::string>> topics_of(const Json& entry, std::size_t number) {
  const Json* list = entry.find("topics");
  if (!list) return std::nullopt;
  std::vector<std::string> topics;
  if (!list->is_array()) refuse(number, "'topics' is no list");
  for (const Json& topic : list->as_array()) {
    if (!topic.is_string()) refuse(number, "'topics' is no list of texts");
    topics.push_back(topic.as_string());
  }
  return topics;
}

StoredToken token_from(const Json& entry, std::size_t number) {
  StoredToken token;
  const std::string* hash = text_of(entry, "sha256");
  const auto digest = hash ? digest_from(*hash) : std::nullopt;
  if (!digest) refuse(number, "'sha256' is not 64 hexadecimal digits");
  token.sha256 = *digest;
  const std::string* name = text_of(entry, "name");
  if (!name || !is_good_name(*name)) refuse(number, "it has no 'name' of 1 to 100 characters");
  token.name = *name;
  const std::string* role_text = text_of(entry, "role");
  const auto role = role_text ? role_from(*role_text) : std::nullopt;
  if (!role) refuse(number, "'role' is none of viewer, operator, admin");
  token.role = *role;
  token.topics = topics_of(entry, number);
  token.created_at_ms = time_of(entry, "createdAt", number).value_or(0);
  token.expires_at_ms = time_of(entry, "expiresAt", number);
  return token;
}

std::string line_of(const StoredToken& token) {
  JsonObject entry;
  entry.append("name", token.name);
  entry.append("role", to_text(token.role));
  if (const auto& topics = token.topics) entry.append("topics", JsonArray(topics->begin(), topics->end()));
  entry.append("createdAt", iso_time(token.created_at_ms));
  if (token.expires_at_ms) entry.append("expiresAt", iso_time(*token.expires_at_ms));
  entry.append("sha256", to_hex(token.sha256));
  return Json(std::move(entry)).dump();
}

Principal principal_of(const StoredToken& token) {
  return {token.name, token.role, token.topics, token.expires_at_ms, to_hex(token.sha256)};
}

}  // namespace

std::string make_token(const MakeSecret& make_secret) { return std::string(prefix) + make_secret(); }

TokenList::TokenList(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
  const auto whole = parse_strict_object(text);
  const Json* list = whole ? whole->find("tokens") : nullptr;
  if (!list || !list->is_array())
    throw Error(ErrorCode::invalid_argument, "it is no token file: want a JSON object with a list 'tokens', as `task-runner token create` writes it");
  if (list->as_array().size() > most_tokens) throw Error(ErrorCode::invalid_argument, fmt::format("it has more than {} tokens", most_tokens));
  for (const Json& entry : list->as_array()) tokens_.push_back(token_from(entry, tokens_.size() + 1));
}

std::string TokenList::text() const {
  std::string lines;
  for (const StoredToken& token : tokens_) lines += (lines.empty() ? "  " : ",\n  ") + line_of(token);
  return "{\"tokens\": [\n" + lines + "\n]}\n";
}

void TokenList::add(StoredToken token) {
  if (tokens_.size() >= most_tokens)
    throw Error(ErrorCode::invalid_argument, fmt::format("it has {} tokens already: take some out", most_tokens));
  tokens_.push_back(std::move(token));
}

Verdict TokenList::check(std::string_view token, std::int64_t now_ms) const {
  if (token.size() != token_length || !token.starts_with(prefix)) return Refusal::malformed;
  const Digest digest = sha256(token);
  const StoredToken* found = nullptr;
  for (const StoredToken& stored : tokens_)
    if (is_equal(stored.sha256, digest)) found = &stored;
  if (!found) return Refusal::unknown;
  Principal principal = principal_of(*found);
  if (principal.has_expired(now_ms)) return Refusal::expired;
  return principal;
}

bool TokenList::has(std::string_view credential) const {
  return std::any_of(tokens_.begin(), tokens_.end(),
                     [&](const StoredToken& stored) { return to_hex(stored.sha256) == credential; });
}

}  // namespace taskrunner::auth
