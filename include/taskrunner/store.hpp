#pragma once

#include <taskrunner/process_identity.hpp>
#include <taskrunner/query.hpp>
#include <taskrunner/task_record.hpp>
#include <taskrunner/transition.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace taskrunner {

/// One topic that a claim asks for.
struct TopicDemand {
  std::string versioned_topic;
  std::size_t limit = 0;              ///< free slots of this topic
  AvailableActions available_actions;  ///< what a task of it has from its start: stop, and pause where pausable
};

/// Asks for tasks to run. What is claimed is `running`, held by `session` under `token`.
struct ClaimRequest {
  ObjectId token;    ///< fresh for each request
  ObjectId session;  ///< must be open
  std::string worker;
  std::string public_url_base;  ///< a task's publicUrl is this + its id in hex
  std::vector<TopicDemand> topics;
  std::size_t limit = 0;       ///< in all
  bool may_take_lossy = true;  ///< at most one task with two or more losses; none where false
};

struct ClaimResult {
  /// As they are now, in the order of the claim rule: priority descending (absent lowest), due time, id. Their times may
  /// be the caller's estimate of the store's clock, a few milliseconds beside what is stored.
  std::vector<TaskPtr> tasks;
  /// When the next task of these topics that waits becomes due, if any waits; wall clock of the store.
  std::optional<std::int64_t> next_due_ms;
  /// True where more could have been claimed but for the limits.
  bool more = false;
};

struct AddResult {
  TaskPtr task;            ///< absent where refused
  bool duplicate = false;  ///< the unique key (or the id) stood there already, with the same topic and data
  std::optional<ErrorCode> error;
  std::string reason;  ///< why it was refused
};

/// A host's life in the store. Its `_id` is the lease's session.
struct SessionInfo {
  ObjectId id;
  std::string instance;
  std::string base_url;  ///< origin under which the host serves, e.g. http://10.0.0.7:8080
  std::vector<std::string> topics;
  std::int64_t capacity = 0;  ///< slots
  std::int64_t started_at_ms = 0;
  std::int64_t until_ms = 0;  ///< by the store's clock; set by the store
  bool lost = false;
  /// What the host's wall clock is ahead of the store's (negative: behind), as of its last renewal; set by the store, and
  /// absent where both are one clock.
  std::optional<std::int64_t> clock_ahead_ms = std::nullopt;
  // By these other hosts may prove its death before its time is over. A store of one process only keeps neither.
  ProcessIdentity process;
  std::string watch_address;  ///< "IP:PORT" at which it can be watched live; empty where it cannot
};

/// What a held task is known by.
struct HeldTask {
  ObjectId id;
  ObjectId token;
  std::optional<SignalOp> signal;
  TaskState state = TaskState::running;
  std::int64_t rev = 0;
};

struct SweepResult {
  std::size_t reaped = 0;
  std::size_t dead = 0;
  bool more = false;  ///< the limit was met
};

/// One committed change, in commit order.
struct FeedEvent {
  enum class Kind : std::uint8_t { insert, update, remove, session_ended };
  std::uint64_t seq = 0;
  Kind kind = Kind::update;
  ObjectId id;  ///< the task's; the session's for session_ended
  std::string versioned_topic;
  TaskState state = TaskState::to_do;
  std::int64_t rev = 0;
  bool claimable = false;                    ///< to do, no worker, no lease: due at once or at wait_until_ms
  std::optional<std::int64_t> wait_until_ms;  ///< of a claimable one
  std::optional<ObjectId> session;           ///< who holds it after the change
  std::optional<SignalOp> signal;            ///< what stands asked for after the change
  /// The document after the change; only while a DocumentsWanted is held, never for remove, and not where what
  /// stands there is no task that could be read.
  TaskPtr task;
  std::uint64_t cluster_time = 0;  ///< MongoDB's: seconds << 32 | ordinal; 0 where the store has none
};

/// The event is not in what was read at that cluster time (a snapshot's cursor.atClusterTime).
inline bool is_after(const FeedEvent& event, std::uint64_t cluster_time) { return event.cluster_time > cluster_time; }

/// A place in the feed. Opaque but for equality; a store that was reopened does not know old ones.
struct FeedCursor {
  std::uint64_t boot = 0;
  std::uint64_t seq = 0;
  friend bool operator==(const FeedCursor&, const FeedCursor&) = default;
};

struct FeedBatch {
  std::vector<FeedEvent> events;
  FeedCursor next;
  bool lost = false;  ///< the ring no longer (or never) held the place: read everything anew, go on from `next`
};

/// The committed changes of a store, from a bounded ring. Thread-safe.
class Feed {
 public:
  virtual ~Feed() = default;

  /// The place after the newest committed change.
  virtual FeedCursor now() const = 0;

  /// What came after that place, at most `max` events; does not wait.
  virtual FeedBatch read(const FeedCursor& after, std::size_t max) const = 0;

  /// Ends when destroyed; after that the callback neither runs nor will run.
  class Listener {
   public:
    virtual ~Listener() = default;
  };
  /// `on_change` is called after each commit, by the store's thread: it must return at once (post, notify), and
  /// must not call the store. Several commits may share one call.
  virtual std::unique_ptr<Listener> listen(std::function<void()> on_change) = 0;

  /// While one is held, events carry documents.
  virtual std::unique_ptr<Listener> want_documents() = 0;
};

/// Where tasks live. Every verb blocks until it is durable or refused, is callable from any thread, and is a batch:
/// one answer for each element, in order. Each element is atomic for itself; a batch may be applied in part.
///
/// Errors: a verb throws Error{unavailable} where nothing was changed (store full, gone, locked), and
/// Error{unknown} where that is not known: repeating any verb with the same ids does no harm.
class Store {
 public:
  virtual ~Store() = default;

  /// For people and logs: the URL without secrets.
  virtual std::string describe() const = 0;

  /// Durable when it returns. A unique key or id that stands there already: with the same topic and data (by
  /// value) a duplicate, else refused (conflict).
  virtual std::vector<AddResult> add(std::span<const NewTask> tasks) = 0;

  virtual ClaimResult claim(const ClaimRequest& request) = 0;

  /// Any transitions, in order; see core/state_machine.hpp for what each does.
  virtual std::vector<TransitionResult> apply(std::span<const Transition> transitions) = 0;

  /// The task, or null.
  virtual TaskPtr get(const ObjectId& id) = 0;
  /// Throws Error{invalid_argument} where the query is wrong.
  virtual std::vector<TaskPtr> find(const Query& query) = 0;
  virtual std::int64_t count(const Json& filter) = 0;

  /// Removes completed tasks whose deleteAt has passed, at most `limit`; returns how many.
  virtual std::size_t purge(std::size_t limit) = 0;

  /// Starts a session of `length_ms`; its id is fresh.
  virtual void open_session(const SessionInfo& session, std::int64_t length_ms) = 0;
  /// False where the session was marked lost or is gone: its holder must stop its tasks, unwritten.
  virtual bool renew_session(const ObjectId& session, std::int64_t length_ms) = 0;
  /// Ends a session without tasks; what it still held is swept by the others.
  virtual void close_session(const ObjectId& session) = 0;
  /// Marks sessions lost whose time and grace are over; returns them. For hosts that may judge (docs/states.md).
  virtual std::vector<ObjectId> expire_sessions(std::int64_t grace_ms) = 0;
  /// Marks one lost whose death is proven. False where it is marked or gone already.
  virtual bool lose_session(const ObjectId& session) = 0;
  /// All that are open or lost.
  virtual std::vector<SessionInfo> sessions() = 0;
  /// Reaps tasks whose lease names a session that is lost or not there, at most `limit`.
  virtual SweepResult sweep(std::size_t limit) = 0;
  /// What the store says this session holds (running or paused).
  virtual std::vector<HeldTask> held_by(const ObjectId& session) = 0;

  /// The last tick for which the schedule has made its task, if any.
  virtual std::optional<std::int64_t> last_tick(const std::string& schedule) = 0;
  /// Moves it forward; never back.
  virtual void advance_tick(const std::string& schedule, std::int64_t tick_ms) = 0;

  virtual Feed& feed() = 0;
};

}  // namespace taskrunner
