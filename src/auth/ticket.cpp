#include "auth/ticket.hpp"

#include "auth/strict_json.hpp"
#include "base/base64.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>

namespace taskrunner::auth {
namespace {

/// The fleet's secret may sign other things one day: none of them is a ticket.
constexpr std::string_view purpose = "task-runner ticket 1\n";

std::string claims_of(const Ticket& ticket) {
  JsonObject claims;
  claims.append("task", ticket.task);
  claims.append("aud", ticket.audience);
  claims.append("name", ticket.holder.name);
  claims.append("role", to_text(ticket.holder.role));
  if (const auto& topics = ticket.holder.topics) claims.append("topics", JsonArray(topics->begin(), topics->end()));
  if (ticket.holder.expires_at_ms) claims.append("until", Json::int64(*ticket.holder.expires_at_ms));
  claims.append("exp", Json::int64(ticket.expires_at_ms));
  claims.append("nonce", ticket.nonce);
  return Json(std::move(claims)).dump();
}

/// Within the years that dates have; beyond 2^53 a number would not be written as it is read.
std::int64_t time_from(const Json& claim) {
  constexpr std::int64_t year_10000_ms = 253'402'300'800'000;
  const std::int64_t time_ms = claim.as_int64();
  if (time_ms < 0 || time_ms >= year_10000_ms) throw Error(ErrorCode::invalid_argument, "no such time");
  return time_ms;
}

/// Only what was signed gets here: what does not fit throws.
Ticket ticket_from(const Json& claims) {
  Ticket ticket;
  ticket.task = claims.at("task").as_string();
  ticket.audience = claims.at("aud").as_string();
  ticket.holder.name = claims.at("name").as_string();
  const auto role = role_from(claims.at("role").as_string());
  if (!role) throw Error(ErrorCode::invalid_argument, "no such role");
  ticket.holder.role = *role;
  if (const Json* topics = claims.find("topics")) {
    ticket.holder.topics.emplace();
    for (const Json& topic : topics->as_array()) ticket.holder.topics->push_back(topic.as_string());
  }
  if (const Json* until = claims.find("until")) ticket.holder.expires_at_ms = time_from(*until);
  ticket.expires_at_ms = time_from(claims.at("exp"));
  ticket.nonce = claims.at("nonce").as_string();
  return ticket;
}

}  // namespace

std::string TicketSigner::signature_of(std::string_view claims) const {
  return base64url_encode(bytes_of(hmac_sha256(secret_, std::string(purpose) + std::string(claims))));
}

std::string TicketSigner::sign(const Ticket& ticket) const {
  const std::string claims = base64url_encode(claims_of(ticket));
  return claims + '.' + signature_of(claims);
}

std::optional<Ticket> TicketSigner::read(std::string_view text) const {
  const std::size_t dot = text.find('.');
  if (text.size() > longest_ticket || dot == std::string_view::npos) return std::nullopt;
  const std::string_view encoded = text.substr(0, dot);
  if (!is_equal(signature_of(encoded), text.substr(dot + 1))) return std::nullopt;
  const auto bytes = base64url_decode(encoded);
  const auto claims = bytes ? parse_strict_object(*bytes) : std::nullopt;
  if (!claims) return std::nullopt;
  try {
    return ticket_from(*claims);
  } catch (const Error&) {  // signed by a host of another version
    return std::nullopt;
  }
}

Verdict TicketTaker::take(std::string_view text, std::string_view task, const IsHere& is_here, std::int64_t now_ms) {
  latest_ms_ = std::max(latest_ms_, now_ms);
  forget_expired(latest_ms_);
  const auto ticket = signer_.read(text);
  if (!ticket) return Refusal::malformed;
  if (!is_here(ticket->audience)) return Refusal::wrong_audience;
  if (ticket->task != task) return Refusal::wrong_task;
  if (ticket->expires_at_ms <= latest_ms_ || ticket->holder.has_expired(latest_ms_)) return Refusal::expired;
  // Twice its life: a host whose clock is so far ahead of this one's must not fill the memory.
  if (ticket->expires_at_ms > latest_ms_ + 2 * life_ms) return Refusal::not_yet_valid;
  if (spent_.contains(ticket->nonce)) return Refusal::spent;
  if (spent_.size() >= most_remembered_) return Refusal::too_many;
  spent_.insert(ticket->nonce);
  expiries_.emplace(ticket->expires_at_ms, ticket->nonce);
  return ticket->holder;
}

void TicketTaker::forget_expired(std::int64_t now_ms) {
  const auto still_good = expiries_.upper_bound(now_ms);
  for (auto it = expiries_.begin(); it != still_good; ++it) spent_.erase(it->second);
  expiries_.erase(expiries_.begin(), still_good);
}

}  // namespace taskrunner::auth
