#pragma once

#include "live/query_index.hpp"
#include "live/window_query.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace taskrunner::live {

/// The query as one text: equal queries have equal forms.
std::string form_of(const CompiledQuery& query);

/// The live queries over one store: equal ones are one, and stay open for a while after their last subscriber left.
/// Also hands on what the store's feed says. Everything on one loop, the one given; close() before the source ends.
class LiveHub : public std::enable_shared_from_this<LiveHub> {
 public:
  using FeedWatcher = std::function<void(const FeedBatch&)>;
  using LiveQueryPtr = std::shared_ptr<LiveQuery>;
  struct Resumed {
    LiveQueryPtr query;
    std::vector<ListChange> steps;
  };

  LiveHub(boost::asio::io_context& io, LiveSource source, const LivePace& pace = {});
  ~LiveHub();

  /// Begins to listen to the feed; `watcher` sees each batch before the queries do. Once.
  void start(FeedWatcher watcher);
  /// Harmless twice.
  void close();

  /// Throws Error{invalid_argument} where the query is wrong, Error{unavailable} where too many are open. The
  /// subscriber hears its list from within or later; it leaves through leave().
  LiveQueryPtr subscribe(const Query& query, const std::shared_ptr<LiveSubscriber>& subscriber);
  /// For who has seen that query's list at that position (LiveQuery::resume); nothing where what it missed is not known.
  std::optional<Resumed> resume(const Query& query, QueryPosition position,
                                const std::shared_ptr<LiveSubscriber>& subscriber);
  void leave(const LiveQueryPtr& query, const LiveSubscriber& subscriber);

  /// The queries in whose lists that task is.
  std::vector<QueryNumber> showing(const ObjectId& id) const;

  std::size_t open_queries() const { return queries_.size(); }
  /// How often the store was asked for a list.
  std::uint64_t reads() const { return shared_->reads; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Open {
    std::string form;
    std::shared_ptr<WindowQuery> query;
    std::optional<Clock::time_point> unused_since;
  };

  void read_feed();
  void tell(const FeedEvent& event);
  std::shared_ptr<WindowQuery> open(const CompiledQuery& query, const std::string& form);
  void make_room();
  void close_later(QueryNumber number);
  void close_query(QueryNumber number);

  boost::asio::io_context& io_;
  const std::shared_ptr<LiveShared> shared_;
  QueryNumber last_number_ = 0;
  std::unordered_map<QueryNumber, Open> queries_;
  std::unordered_map<std::string, QueryNumber> by_form_;  ///< the query's one form
  QueryIndex index_;
  std::vector<QueryNumber> concerned_;  ///< of the event that is being told
  FeedWatcher watcher_;
  FeedCursor cursor_;
  std::unique_ptr<Feed::Listener> listener_;
  std::unique_ptr<Feed::Listener> documents_;  ///< while a query is open
  bool has_documents_ = false;  ///< the first event with its document came, so all have it
  bool is_open_ = false;
};

}  // namespace taskrunner::live
