#pragma once

#include <taskrunner/store.hpp>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace taskrunner::conformance {

/// Time as the test says it.
class ManualClock final : public Clock {
 public:
  std::int64_t wall_ms() const override { return now_ms; }
  std::int64_t boot_ms() const override { return now_ms; }
  std::atomic<std::int64_t> now_ms{1'767'225'600'000};  // 2026-01-01
};

/// A fresh store of the kind that the parameter names ("memory", "sqlite", "mongodb"), and short words for what tests do
/// with one.
class StoreTest : public testing::TestWithParam<std::string> {
 protected:
  StoreTest();

  std::string url() const;
  ObjectId fresh_id() { return random->object_id(clock.wall_ms()); }
  NewTask new_task(const std::string& topic = "work#1", Json data = Json{{"n", 1}});
  /// Adds it; its id.
  ObjectId add(const NewTask& task);
  ObjectId add(const std::string& topic = "work#1") { return add(new_task(topic)); }
  ObjectId open_session(std::int64_t length_ms = 30'000);
  ClaimRequest request(const std::vector<std::string>& topics, std::size_t limit = 100);
  ClaimResult claim(const std::vector<std::string>& topics, std::size_t limit = 100);
  /// Adds a task of a topic of its own and claims it.
  TaskPtr running_task(NewTask task);
  TaskPtr running_task() { return running_task(new_task()); }
  TransitionResult apply(const Transition& transition);
  Fence fence_of(const TaskRecord& task) const { return {task.id, task.lease->token, *task.lease->session}; }
  static std::vector<ObjectId> ids_of(const std::vector<TaskPtr>& tasks);
  /// Returns when the feed has told all that was committed before: a store's own tells at once, MongoDB's a little later.
  void settle_feed();
  /// The place after all that was committed before.
  FeedCursor feed_now();
  /// All events after the cursor, which moves on.
  std::vector<FeedEvent> events_after(FeedCursor& cursor);

  ManualClock clock;
  std::shared_ptr<Random> random = std::make_shared<Random>(7);
  KeepPolicy keep{1'000'000, 2'000'000};
  test::TemporaryFolder folder;
  std::shared_ptr<Store> store;
  ObjectId session;  ///< open from the start

 private:
  int topics_ = 0;
  std::set<ObjectId> marks_;  ///< sessions that settle_feed() opened and closed
};

inline auto every_store() { return testing::Values("memory", "sqlite", "mongodb"); }
inline std::string name_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace taskrunner::conformance
