#include "engine/engine_fixture.hpp"

#include "store/open_store.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>

namespace taskrunner::engine {
namespace {

/// A value that comes from another thread.
class Arrival {
 public:
  void set(TaskPtr task) {
    std::lock_guard lock(mutex_);
    task_ = std::move(task);
    came_.notify_all();
  }
  TaskPtr await() {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, patience, [&] { return task_ != nullptr; });
    return task_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  TaskPtr task_;
};

Query query_of(const ObjectId& id) {
  Query query;
  query.filter = Json{{"id", id}};
  return query;
}

}  // namespace

void Story::say(std::string line) {
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  said_.notify_all();
}

bool Story::await(const std::string& line, std::size_t times) {
  std::unique_lock lock(mutex_);
  const bool came = said_.wait_for(lock, patience, [&] { return count_locked(line) >= times; });
  EXPECT_TRUE(came) << "'" << line << "' was said " << count_locked(line) << " times, not " << times;
  return came;
}

std::size_t Story::count(const std::string& line) const {
  std::lock_guard lock(mutex_);
  return count_locked(line);
}

std::size_t Story::count_locked(const std::string& line) const {
  return static_cast<std::size_t>(std::count(lines_.begin(), lines_.end(), line));
}

std::vector<std::string> Story::lines() const {
  std::lock_guard lock(mutex_);
  return lines_;
}

Holds in_state(TaskState state) {
  return [state](const TaskRecord& task) { return task.state == state; };
}

namespace {

std::string shown(const TaskPtr& task) {
  if (!task) return "it is gone";
  return "it is '" + std::string(to_text(task->state)) + "', rev " + std::to_string(task->rev) + ", epoch " +
         std::to_string(task->epoch);
}

}  // namespace

TaskPtr await_task(TaskRunner& runner, const ObjectId& id, Holds holds) {
  const auto arrival = std::make_shared<Arrival>();
  const auto watch = runner.watch(query_of(id), [arrival, holds](const std::vector<TaskPtr>& list) {
    if (!list.empty() && holds(*list[0])) arrival->set(list[0]);
  });
  const TaskPtr task = arrival->await();
  EXPECT_TRUE(task) << "the task never came so far: " << shown(runner.get(id));
  return task ? task : std::make_shared<const TaskRecord>();
}

TaskPtr await_task(Store& store, const ObjectId& id, const Holds& holds) {
  std::mutex mutex;
  std::condition_variable changed;
  bool told = true;
  const auto listener = store.feed().listen([&] {
    std::lock_guard lock(mutex);
    told = true;
    changed.notify_all();
  });
  TaskPtr task;
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    {
      std::unique_lock lock(mutex);
      const bool came = changed.wait_until(lock, until, [&] { return told; });
      told = false;
      EXPECT_TRUE(came) << "the task never came so far";
      if (!came) return std::make_shared<const TaskRecord>();
    }
    task = store.get(id);
    if (task && holds(*task)) return task;
  }
}

TaskRecord await_end(TaskRunner& runner, const ObjectId& id) {
  const auto end = runner.wait(id, patience);
  EXPECT_TRUE(end) << "the task does not end";
  return end.value_or(TaskRecord());
}

awaitable<Json> run_until_stopped(Context& context) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  while (true) {
    timer.expires_after(2ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_await context.checkpoint();
  }
}

Json block_until_stopped(Context& context) {
  while (true) {
    std::this_thread::sleep_for(2ms);
    context.checkpoint_blocking();
  }
}

std::string EngineTest::store_url(const std::string& collection) const {
  return GetParam() == "memory" ? "memory:" : "sqlite:" + folder.file("tasks.db") + "?collection=" + collection;
}

TaskRunnerOptions EngineTest::options() const {
  TaskRunnerOptions options;
  options.store = store_url();
  options.listen = "";
  options.instance = "host";
  options.drain = patience;
  options.grace = patience;
  return options;
}

std::shared_ptr<Store> EngineTest::open_store(const Clock& clock) const {
  return store::open_store(store_url(), {&clock, nullptr, {}});
}

core::RunnerOptions EngineTest::runner_options() {
  core::RunnerOptions options;
  options.instance = "host";
  options.base_url = "http://host";
  return options;
}

}  // namespace taskrunner::engine
