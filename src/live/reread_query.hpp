#pragma once

#include "core/task_service.hpp"
#include "live/live_query.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <unordered_set>

namespace taskrunner::live {

/// A live query that reads its whole window again when something was committed: at once after a quiet time, then at
/// most ten times a second.
class RereadQuery final : public LiveQuery, public std::enable_shared_from_this<RereadQuery> {
 public:
  /// The service outlives it, or close() was called.
  RereadQuery(boost::asio::io_context& io, core::TaskService& service, Query query);

  void add(const std::shared_ptr<LiveSubscriber>& subscriber) override;
  void remove(const LiveSubscriber& subscriber) override;
  std::size_t subscribers() const override { return subscribers_.size(); }
  const TaskList& list() const override { return list_; }
  bool contains(const ObjectId& id) const override { return ids_.contains(id); }
  void on_feed(const FeedBatch& batch) override;
  void close() override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    const LiveSubscriber* key;
    std::weak_ptr<LiveSubscriber> subscriber;
  };

  void read_if_due();
  void start_read();
  void on_read(TaskList list);
  void on_read_failed(const Error& error);
  void take(TaskList list);
  template <typename Tell>
  void tell_all(const Tell& tell_one);

  boost::asio::io_context& io_;
  core::TaskService* service_;  ///< null once closed
  const Query query_;
  boost::asio::steady_timer timer_;
  std::vector<Entry> subscribers_;
  TaskList list_;
  std::unordered_set<ObjectId> ids_;
  bool has_list_ = false;
  bool is_dirty_ = true;
  bool is_reset_ = false;  ///< events were missed: the next list is said whole
  bool is_reading_ = false;
  bool is_waiting_ = false;
  Clock::time_point next_read_{};
};

}  // namespace taskrunner::live
