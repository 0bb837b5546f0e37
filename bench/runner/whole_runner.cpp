#include "runner/whole_runner.hpp"

#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/open_store.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>

namespace taskrunner::bench {
namespace {

constexpr std::size_t slots = 2'000;
constexpr std::size_t batch = 1'000;

std::vector<NewTask> make_tasks(std::size_t count, const std::string& topic) {
  std::vector<NewTask> tasks(count);
  for (NewTask& task : tasks) {
    task.versioned_topic = topic;
    task.data = Json{{"text", std::string(80, 'x')}, {"n", 1}};  // 100 B as BSON
  }
  return tasks;
}

}  // namespace

void add_others(const std::string& path, std::size_t count) {
  const auto store = store::open_store("sqlite:" + path, {});
  Random random(Random::system_seed());
  for (std::size_t done = 0; done < count; done += batch) {
    std::vector<NewTask> tasks = make_tasks(std::min(batch, count - done), "other#1");
    for (NewTask& task : tasks) task.id = random.object_id(system_clock().wall_ms());
    store->add(tasks);
  }
}

TaskRunnerOptions WholeRunner::options_for(const std::string& path) {
  TaskRunnerOptions options;
  options.store = "sqlite:" + path;
  options.listen = "";
  options.instance = "bench:8080";
  options.public_url = "http://127.0.0.1:8080";
  options.max_running = slots;
  return options;
}

WholeRunner::WholeRunner(const std::string& path) : runner_(options_for(path)) {
  runner_.handle("noop#1", [this](Json, Context&) -> awaitable<Json> {
    body_begins();
    co_return Json{{"ok", true}};
  });
}

void WholeRunner::body_begins() {
  const auto now = Time::now();
  std::lock_guard lock(mutex_);
  last_begin_ = now;
  if (++bodies_ == awaited_) began_.notify_one();
}

void WholeRunner::add(std::size_t count) {
  for (std::size_t done = 0; done < count; done += batch) {
    for (const AddResult& result : runner_.add_many(make_tasks(std::min(batch, count - done), "noop#1")))
      if (result.error) throw Error(*result.error, result.reason);
  }
}

WholeRunner::Added WholeRunner::add_one() {
  std::vector<NewTask> one = make_tasks(1, "noop#1");
  const auto asked = Time::now();
  const std::vector<AddResult> results = runner_.add_many(std::move(one));
  return {results.at(0).task->id, asked, Time::now()};
}

Time::time_point WholeRunner::wait_for_bodies(std::size_t count) {
  std::unique_lock lock(mutex_);
  awaited_ = count;
  began_.wait(lock, [&] { return bodies_ >= count; });
  bodies_ -= count;
  return last_begin_;
}

void WholeRunner::check_all_done() {
  Query query;
  query.filter = Json::parse(R"({"versionedTopic": "noop#1", "outcome": {"$ne": "success"}})");
  query.limit = 1;
  if (!runner_.find(query).empty()) throw Error(ErrorCode::internal, "a task was not completed");
}

}  // namespace taskrunner::bench
