#pragma once

#include "api/change_text.hpp"
#include "api/subscription_token.hpp"
#include "live/change_history.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace taskrunner::api {

class Subscription;

/// Which place of its query a subscription's numbers mean: number `list_seq` was the whole list (or where it was gone on
/// with), and each after it one step.
struct Standing {
  std::uint64_t list_seq = 0;
  live::QueryPosition list_position = 0;
  std::uint64_t last_seq = 0;

  /// Nothing for a number that was never told, or that a later list has overtaken.
  std::optional<live::QueryPosition> position_of(std::uint64_t seq) const;
};

/// The subscriptions of a door by their ids, and how those stood that ended lately, so that a client that comes back is
/// known. Bounded. Door's loop only.
class SubscriptionBook {
 public:
  using Clock = std::chrono::steady_clock;

  explicit SubscriptionBook(Clock::duration kept = std::chrono::minutes(1)) : kept_(kept) {}

  std::string make_id(std::string_view query_form) { return tokens_.make(query_form); }
  void add(const std::shared_ptr<Subscription>& subscription);
  /// It has ended, standing so.
  void keep(const std::string& id, const Standing& standing);
  /// Gives it away, once; one that is still there ends by it, since its client is elsewhere now. Nothing where the id
  /// is none of this process, belongs to another query, or is too old.
  std::optional<Standing> take(const std::string& id, std::string_view query_form);

  ChangeTails& tails() { return tails_; }

 private:
  struct Kept {
    std::string id;
    Clock::time_point until;
  };
  void drop_old();

  const Clock::duration kept_;
  SubscriptionTokens tokens_;
  ChangeTails tails_;
  std::unordered_map<std::string, std::weak_ptr<Subscription>> open_;
  std::unordered_map<std::string, Standing> ended_;
  std::deque<Kept> order_;  ///< of `ended_`, and some that were taken
};

}  // namespace taskrunner::api
