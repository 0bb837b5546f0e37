#pragma once

#include <taskrunner/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace taskrunner::store {

/// What the feed needs of a task's document, whoever wrote it. Nothing here is an error: what is odd is just not
/// claimable.
struct TaskFacts {
  enum class Wait : std::uint8_t { none, until, odd };

  std::string topic;               ///< empty: there is none, or it is not known
  std::optional<TaskState> state;  ///< nothing: there is none, or no word of ours
  bool has_worker = false;         ///< whatever stands there
  bool has_session = false;        ///< whatever stands there
  std::optional<ObjectId> session;
  std::optional<SignalOp> signal;
  Wait wait = Wait::none;
  std::int64_t wait_until_ms = 0;
  std::int64_t rev = 0;
};

/// To do, held by nobody, due now or later. The topic may still be unknown.
inline bool is_unheld_to_do(const TaskFacts& facts) {
  return facts.state == TaskState::to_do && !facts.has_worker && !facts.has_session &&
         facts.wait != TaskFacts::Wait::odd;
}

/// One change as the database tells it.
struct TaskChange {
  enum class Kind : std::uint8_t {
    insert,
    update,
    remove,
    session_ended,  ///< marked lost, or its document is gone
    collection_gone,  ///< it, or the hosts', was dropped or renamed
    stream_over,      ///< the whole database was dropped, after its collections
    other,  ///< nothing that could be told: a document whose _id is no ObjectId …
  };
  enum Field : std::uint8_t { topic = 1, state = 2, worker = 4, session = 8, signal = 16, wait = 32, rev = 64 };
  static constexpr std::uint8_t all_fields = 127;

  Kind kind = Kind::other;
  ObjectId id;
  std::uint64_t cluster_time = 0;
  std::uint8_t touched = 0;  ///< which of the facts the change told; the others are as they were
  TaskFacts facts;
  TaskPtr task;            ///< where documents are read: the whole, unless it is gone or no task
  bool is_odd = false;     ///< a whole document was there, and is no task of ours
};

/// Makes the facts those after the change.
void apply_change(TaskFacts& facts, const TaskChange& change);

/// The facts of the tasks that the feed saw lately and that may still be claimed, run or be stopped: completed ones are
/// forgotten. Bounded: what was not asked for while `most / 2` others came is dropped. One thread.
class KnownTasks {
 public:
  explicit KnownTasks(std::size_t most = 65'536) : most_young_(most / 2) {}

  /// Good until the next call.
  TaskFacts* find(const ObjectId& id);
  void put(const ObjectId& id, TaskFacts facts);
  void erase(const ObjectId& id);
  void clear();
  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  const std::size_t most_young_;
  std::unordered_map<ObjectId, TaskFacts> young_;
  std::unordered_map<ObjectId, TaskFacts> old_;
};

}  // namespace taskrunner::store
