#include "auth/session_book.hpp"

#include <algorithm>

namespace taskrunner::auth {
namespace {

std::string key_of(std::string_view id) { return to_hex(sha256(id)); }

}  // namespace

SessionBook::Opened SessionBook::open(Principal principal, std::int64_t now_ms) {
  if (by_id_.size() >= most_sessions) erase(std::string(order_.back().key));
  const std::int64_t end_ms = now_ms + longest_life_ms;
  principal.expires_at_ms = std::min(principal.expires_at_ms.value_or(end_ms), end_ms);
  Opened opened{make_secret_(), {std::move(principal), make_secret_(), ""}};
  opened.session.key = key_of(opened.id);
  order_.push_front(opened.session);
  by_id_[opened.session.key] = order_.begin();
  return opened;
}

std::optional<SessionBook::Session> SessionBook::find(std::string_view id, std::int64_t now_ms) {
  const auto found = by_id_.find(key_of(id));
  if (found == by_id_.end()) return std::nullopt;
  if (found->second->principal.has_expired(now_ms)) {
    erase(std::string(found->first));
    return std::nullopt;
  }
  order_.splice(order_.begin(), order_, found->second);
  return *found->second;
}

void SessionBook::close(std::string_view id) { erase(key_of(id)); }

void SessionBook::close_if(const std::function<bool(const Session&)>& is_over) {
  for (auto it = order_.begin(); it != order_.end();) {
    const auto here = it++;
    if (is_over(*here)) erase(std::string(here->key));
  }
}

void SessionBook::erase(const std::string& key) {
  const auto found = by_id_.find(key);
  if (found == by_id_.end()) return;
  order_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace taskrunner::auth
