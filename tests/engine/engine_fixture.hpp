#pragma once

#include <taskrunner/taskrunner.hpp>

#include "base/clock.hpp"
#include "core/runner.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace taskrunner::engine {

using namespace std::chrono_literals;

/// Nothing that a test waits for takes so long, unless it is broken.
constexpr auto patience = 30s;

/// What bodies and watchers did, in their order; tests wait for it. Bodies own it together with the test: one that
/// ignores its stop outlives its test.
class Story {
 public:
  void say(std::string line);
  /// Waits until that line was said so often; false, and the test fails, where it is not.
  bool await(const std::string& line, std::size_t times = 1);
  /// As await(), for whoever must not go on for ever either: a body that a test holds back.
  void hold_until(const std::string& line) { await(line); }
  std::size_t count(const std::string& line) const;
  std::vector<std::string> lines() const;

 private:
  std::size_t count_locked(const std::string& line) const;
  mutable std::mutex mutex_;
  std::condition_variable said_;
  std::vector<std::string> lines_;
};

/// Says a line when a body unwinds or returns.
class SayAtEnd {
 public:
  SayAtEnd(std::shared_ptr<Story> story, std::string line) : story_(std::move(story)), line_(std::move(line)) {}
  ~SayAtEnd() { story_->say(line_); }
  SayAtEnd(const SayAtEnd&) = delete;
  SayAtEnd& operator=(const SayAtEnd&) = delete;

 private:
  std::shared_ptr<Story> story_;
  std::string line_;
};

/// The system's time, or another that goes at the same pace.
class ShiftedClock final : public Clock {
 public:
  std::int64_t wall_ms() const override { return system_clock().wall_ms() + shift_ms; }
  std::int64_t boot_ms() const override { return system_clock().boot_ms(); }
  std::atomic<std::int64_t> shift_ms{0};
};

using Holds = std::function<bool(const TaskRecord&)>;
Holds in_state(TaskState state);
/// The task once that holds of it, told by the store's feed; null, and the test fails, where it never does.
TaskPtr await_task(TaskRunner& runner, const ObjectId& id, Holds holds);
TaskPtr await_task(Store& store, const ObjectId& id, const Holds& holds);
/// The task at its end.
TaskRecord await_end(TaskRunner& runner, const ObjectId& id);

/// Goes on until it is stopped, from one checkpoint to the next.
awaitable<Json> run_until_stopped(Context& context);
Json block_until_stopped(Context& context);

/// With a store of the kind that the parameter names: "memory", "sqlite".
class EngineTest : public testing::TestWithParam<std::string> {
 protected:
  std::string store_url(const std::string& collection = "tasks") const;
  /// Without a door; times that no test has to wait for.
  TaskRunnerOptions options() const;
  std::shared_ptr<Store> open_store(const Clock& clock = system_clock()) const;
  static core::RunnerOptions runner_options();

  test::TemporaryFolder folder;
  const std::shared_ptr<Story> story = std::make_shared<Story>();
};

inline auto every_store() { return testing::Values("memory", "sqlite"); }
inline std::string name_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace taskrunner::engine
