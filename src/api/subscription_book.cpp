#include "api/subscription_book.hpp"

#include "api/subscription.hpp"

namespace taskrunner::api {
namespace {

constexpr std::size_t most_kept = 20'000;

}  // namespace

std::optional<live::QueryPosition> Standing::position_of(std::uint64_t seq) const {
  if (seq < list_seq || seq > last_seq) return std::nullopt;
  return list_position + (seq - list_seq);
}

void SubscriptionBook::add(const std::shared_ptr<Subscription>& subscription) {
  open_[subscription->id()] = subscription;
}

void SubscriptionBook::keep(const std::string& id, const Standing& standing) {
  open_.erase(id);
  ended_[id] = standing;
  order_.push_back({id, Clock::now() + kept_});
  drop_old();
}

std::optional<Standing> SubscriptionBook::take(const std::string& id, std::string_view query_form) {
  drop_old();
  if (!tokens_.is_ours(id, query_form)) return std::nullopt;
  if (const auto open = open_.find(id); open != open_.end())
    if (const auto subscription = open->second.lock()) subscription->close();
  const auto found = ended_.find(id);
  if (found == ended_.end()) return std::nullopt;
  const Standing standing = found->second;
  ended_.erase(found);
  return standing;
}

void SubscriptionBook::drop_old() {
  while (!order_.empty() && (order_.size() > most_kept || order_.front().until <= Clock::now())) {
    ended_.erase(order_.front().id);
    order_.pop_front();
  }
}

}  // namespace taskrunner::api
