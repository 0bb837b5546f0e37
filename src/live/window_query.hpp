#pragma once

#include <taskrunner/awaitable.hpp>
#include <taskrunner/store.hpp>

#include "live/live_query.hpp"
#include "live/shared_tasks.hpp"
#include "live/window.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <unordered_set>

namespace taskrunner::live {

/// One change as queries hear it, in the order of commits.
struct LiveEvent {
  ObjectId id;
  LiveTaskPtr task;  ///< null: it is gone
};

/// Where live queries get their tasks from.
struct LiveSource {
  std::function<awaitable<std::vector<TaskPtr>>(Query)> find;  ///< throws Error
  Feed* feed;
  AsTold as_told = {};
};

/// How often live queries ask the store, and what they may cost.
struct LivePace {
  std::chrono::milliseconds keep_unused = std::chrono::minutes(1);  ///< a query stays open after its last subscriber left
  std::chrono::milliseconds between_reads{100};                     ///< of one query, at least
  std::chrono::milliseconds after_failure{1'000};                   ///< a failed read is tried again
  std::chrono::milliseconds most_cost_a_second{100};                ///< of matching a query's events here
};

/// What the queries of one hub have in common. One loop only; outlives them.
struct LiveShared {
  boost::asio::io_context& io;
  LiveSource source;  ///< not touched once the hub is closed
  const LivePace pace = {};
  bool is_closed = false;
  std::function<void()> catch_up = nullptr;  ///< tells the queries every event that is committed by now
  SharedTasks tasks = SharedTasks(source.as_told);
  ChangeHistory history = {};
  std::unordered_set<QueryNumber> reading = {};  ///< they are to hear every event
  std::uint64_t batches = 0;
  std::uint64_t reads = 0;
};

/// A live query that holds its window in memory and decides by it what a change means; it asks the store only for the
/// first list, when its buffer has run dry and when events were lost: at most ten times a second.
///
/// A query whose matching costs too much (a regular expression over long texts) is not matched here any more, where it
/// would hold up all others: the store, on threads of its own, answers it at most ten times a second.
///
/// How a read and the events meet. While a read is under way, every event is kept. The find began after all events
/// that came before, so it shows at least those; what it shows beyond is told again by an event that is kept. When it
/// is back, the feed is read to its end and the kept events are applied, before anyone is told. A task that the find
/// showed as new or newer ignores an event's older revision; one that the find did not show, since it was changed or
/// removed again, is put in by the older event and taken out by the later one; removals always count. After the last
/// event each task is as that left it. Where the find was ahead even of the feed's end, the rest of the events repeats
/// what is known.
class WindowQuery final : public LiveQuery, public std::enable_shared_from_this<WindowQuery> {
 public:
  WindowQuery(std::shared_ptr<LiveShared> shared, QueryNumber number, CompiledQuery query);
  ~WindowQuery() override { close(); }

  QueryNumber number() const override { return number_; }
  void add(const std::shared_ptr<LiveSubscriber>& subscriber) override;
  std::optional<std::vector<ListChange>> resume(const std::shared_ptr<LiveSubscriber>& subscriber,
                                                QueryPosition position) override;
  void remove(const LiveSubscriber& subscriber) override;
  std::size_t subscribers() const override { return subscribers_.size(); }
  std::span<const LiveTaskPtr> list() const override { return window_.visible(); }
  QueryPosition position() const override { return position_; }

  const CompiledQuery& query() const { return window_.query(); }
  /// Clients see the task in its list.
  bool shows(const ObjectId& id) const;

  void on_event(const LiveEvent& event);
  /// An event came without its document: the window is read anew.
  void on_unknown_event();
  /// Events were lost: the window is read anew, and told as a reset.
  void on_lost();
  /// No more reads; subscribers hear nothing more. Harmless twice.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    const LiveSubscriber* key;
    std::weak_ptr<LiveSubscriber> subscriber;
  };

  WindowOutcome decide(const LiveEvent& event);
  void take(const WindowOutcome& outcome, const LiveEvent& event);
  void note_cost(std::chrono::steady_clock::duration spent);
  void read_soon();
  void start_read();
  void on_read(const std::vector<TaskPtr>& found);
  void on_read_failed(const Error& error);
  bool fill(const std::vector<TaskPtr>& found);
  void deepen();
  void release_members();
  void tell_difference(const TaskList& before);
  void tell_list(bool is_reset);
  void tell_steps(std::vector<ListChange> steps);
  template <typename Tell>
  void tell_all(const Tell& tell_one);

  const std::shared_ptr<LiveShared> shared_;
  const QueryNumber number_;
  Window window_;
  boost::asio::steady_timer timer_;
  std::vector<Entry> subscribers_;
  std::vector<LiveEvent> kept_;  ///< while a read is under way
  QueryPosition position_ = 0;
  Clock::time_point next_read_{};
  Clock::time_point cost_since_{};
  Clock::duration cost_{};
  bool is_costly_ = false;
  bool is_closed_ = false;
  bool has_list_ = false;
  bool must_read_ = true;
  bool is_reset_ = false;  ///< events were missed: the next list is said whole
  bool is_reading_ = false;
  bool is_waiting_ = false;
};

}  // namespace taskrunner::live
