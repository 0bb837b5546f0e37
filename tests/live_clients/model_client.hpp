#pragma once

#include "api/subscription.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace taskrunner::model {

/// A task as a client knows it: its id, and all that it was told.
using Seen = std::vector<std::pair<ObjectId, std::string>>;
Seen seen(std::span<const live::LiveTaskPtr> tasks);

/// Something that must hold does not.
struct Violation {
  std::string what;
};

/// What is under way to a client: a list, one step, or that there is no list.
struct Message {
  enum class Kind : std::uint8_t { list, step, failure };
  Kind kind = Kind::list;
  std::uint64_t seq = 0;
  Seen list = {};
  live::ListChange step = {};
};

/// The host's end of a subscription, and the wire behind it: what the client has not taken when it breaks is lost.
class ModelSubscription final : public api::Subscription {
 public:
  using Subscription::Subscription;
  std::deque<Message> wire;

 private:
  bool is_congested() const override { return wire.size() > 4; }
  void send_first(const live::WholeList& list) override { send_list(list, 0); }
  void send_list(const live::WholeList& list, std::uint64_t seq) override;
  void send_missed(const std::vector<live::ListChange>& steps, std::uint64_t first_seq) override;
  void send_change(const live::ChangeBatch& changes, std::size_t index, std::uint64_t seq) override;
  void send_failure(const Error& error) override;
};

/// A host's door: goes away whole with a restart.
struct Host {
  Host(boost::asio::io_context& io, core::TaskService& service, const live::LivePace& pace);
  ~Host() { link->cut(); }
  const std::shared_ptr<api::RunnerLink> link;
  const std::shared_ptr<api::SubscriptionBook> book = std::make_shared<api::SubscriptionBook>();
};

/// A client as old ones are: applies what it is told without looking, and goes on by its subscription's id.
class ModelClient {
 public:
  struct Counts {
    std::size_t resumed = 0;
    std::size_t lists = 0;
    std::size_t steps = 0;
    std::size_t failures = 0;
  };

  explicit ModelClient(Query query);

  /// Goes on where it broke off, or begins anew; nothing where it is connected.
  void connect(const Host& host);
  /// The host notices; the other way to break is that it does not.
  void disconnect();
  void vanish();
  /// Takes so many messages off the wire. Throws Violation.
  void read(std::size_t messages);

  bool is_idle() const { return subscription_ && subscription_->wire.empty(); }
  const Seen& list() const { return list_; }
  const Query& query() const { return query_; }
  const Counts& counts() const { return counts_; }

 private:
  void take(const Message& message);
  void apply(const live::ListChange& step);

  const Query query_;
  const std::string form_;
  std::string id_;
  std::uint64_t seq_ = 0;
  Seen list_;
  Counts counts_;
  std::shared_ptr<ModelSubscription> subscription_;
  std::vector<std::shared_ptr<ModelSubscription>> lost_;  ///< a socket whose end is not known yet lives on
};

}  // namespace taskrunner::model
