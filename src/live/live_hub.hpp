#pragma once

#include "core/task_service.hpp"
#include "live/live_query.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace taskrunner::live {

/// The live queries of one runner: equal ones are one, and stay open for a while after their last subscriber left.
/// Also hands on what the store's feed says. Everything on one loop, the one given; close() before the service ends.
class LiveHub : public std::enable_shared_from_this<LiveHub> {
 public:
  using FeedWatcher = std::function<void(const FeedBatch&)>;

  LiveHub(boost::asio::io_context& io, core::TaskService& service,
          std::chrono::milliseconds keep_unused = std::chrono::minutes(1));
  ~LiveHub();

  /// Begins to listen to the feed; `watcher` sees each batch before the queries do. Once.
  void start(FeedWatcher watcher);
  /// Harmless twice.
  void close();

  /// Throws Error{invalid_argument} where the query is wrong. The subscriber hears its list from within or later; it
  /// leaves by `LiveQuery::remove` through leave().
  std::shared_ptr<LiveQuery> subscribe(const Query& query, const std::shared_ptr<LiveSubscriber>& subscriber);
  void leave(const std::shared_ptr<LiveQuery>& query, const LiveSubscriber& subscriber);

  std::size_t open_queries() const { return queries_.size(); }

 private:
  void read_feed();
  void close_later(const std::string& key);

  boost::asio::io_context& io_;
  core::TaskService& service_;
  const std::chrono::milliseconds keep_unused_;
  std::map<std::string, std::shared_ptr<LiveQuery>> queries_;  ///< by the query's one form
  FeedWatcher watcher_;
  FeedCursor cursor_;
  std::unique_ptr<Feed::Listener> listener_;
  bool is_open_ = false;
};

}  // namespace taskrunner::live
