// How many tasks a second go through a store. See README.md beside.

#include "bare_sqlite.hpp"

#include "report/figures.hpp"
#include "report/options.hpp"
#include "report/temporary_folder.hpp"
#include "store/open_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace taskrunner::bench {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::size_t batch = 1'000;

class Bench {
 public:
  explicit Bench(std::shared_ptr<Store> store) : store_(std::move(store)) {
    session_ = random_.object_id(system_clock().wall_ms());
    SessionInfo session;
    session.id = session_;
    session.instance = "bench";
    store_->open_session(session, 3'600'000);
  }

  std::vector<NewTask> make(std::size_t count, const char* topic = "noop#1") {
    std::vector<NewTask> tasks(count);
    for (NewTask& task : tasks) {
      task.id = random_.object_id(system_clock().wall_ms());
      task.versioned_topic = topic;
      task.data = Json{{"text", std::string(80, 'x')}, {"n", 1}};
    }
    return tasks;
  }

  void add(std::size_t count, const char* topic = "noop#1") {
    for (std::size_t done = 0; done < count; done += batch) store_->add(make(std::min(batch, count - done), topic));
  }

  void add_singly(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) store_->add(make(1));
  }

  /// Claims, runs (nothing) and completes until `count` are done: one thread claims, another completes, 2,000 slots.
  void drain(std::size_t count) {
    std::thread completer([&] { complete_all(count); });
    std::size_t claimed = 0;
    while (claimed < count) {
      wait_for_slots();
      ClaimResult result = store_->claim(claim_request());
      claimed += result.tasks.size();
      hand_over(std::move(result.tasks));
    }
    completer.join();
  }

 private:
  static constexpr std::size_t slots = 2'000;

  ClaimRequest claim_request() {
    ClaimRequest request;
    request.token = random_.object_id(system_clock().wall_ms());
    request.session = session_;
    request.worker = "bench:8080";
    request.public_url_base = "http://127.0.0.1:8080/tasks/";
    request.topics = {{"noop#1", batch, {true, false, false}}};
    request.limit = batch;
    return request;
  }

  void wait_for_slots() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_work_ + batch <= slots; });
  }

  void hand_over(std::vector<TaskPtr> tasks) {
    std::lock_guard lock(mutex_);
    in_work_ += tasks.size();
    if (!tasks.empty()) ready_.push_back(std::move(tasks));
    changed_.notify_all();
  }

  void complete_all(std::size_t count) {
    for (std::size_t done = 0; done < count;) {
      std::vector<TaskPtr> tasks;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !ready_.empty(); });
        tasks = std::move(ready_.front());
        ready_.pop_front();
      }
      std::vector<Transition> ends;
      ends.reserve(tasks.size());
      for (const TaskPtr& task : tasks)
        ends.push_back(CompleteTask{{task->id, task->lease->token, session_}, Json{{"ok", true}}, {}});
      for (const TransitionResult& result : store_->apply(ends))
        if (!result.ok()) throw Error(ErrorCode::internal, "a completion was not taken: " + result.reason);
      done += tasks.size();
      std::lock_guard lock(mutex_);
      in_work_ -= tasks.size();
      changed_.notify_all();
    }
  }

  std::shared_ptr<Store> store_;
  Random random_{Random::system_seed()};
  ObjectId session_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<TaskPtr>> ready_;
  std::size_t in_work_ = 0;
};

double rate(std::size_t count, const std::function<void()>& work) {
  const auto start = Time::now();
  work();
  return static_cast<double>(count) / std::chrono::duration<double>(Time::now() - start).count();
}

std::vector<Figure> all_figures() {
  return {
      {"bare_cycle", "bare SQLite: insert, claim, complete (batches of 1,000)", "tasks/s", 0, {}},
      {"bare_claim_complete", "bare SQLite: claim, complete (batches of 1,000)", "tasks/s", 0, {}},
      {"add_bulk", "store: add in bulk (batches of 1,000)", "tasks/s", 100'000, {}},
      {"claim_complete", "store: claim, complete (added before)", "tasks/s", 54'000, {}},
      {"whole_cycle", "store: add, claim, complete at the same time", "tasks/s", 40'000, {}},
      {"add_single", "store: add one at a time, one adder", "tasks/s", 4'500, {}},
  };
}

void run_once(const Options& options, std::vector<Figure>& figures) {
  const TemporaryFolder folder(options.folder);
  const BareRates bare = run_bare_sqlite(folder.file("bare.db"), options.tasks, batch);
  note(figures, "bare_cycle", bare.whole_cycle);
  note(figures, "bare_claim_complete", bare.claim_complete);
  Bench bench(store::open_store("sqlite:" + folder.file("store.db"), {}));
  bench.add(options.pending, "other#1");
  note(figures, "add_bulk", rate(options.tasks, [&] { bench.add(options.tasks); }));
  note(figures, "claim_complete", rate(options.tasks, [&] { bench.drain(options.tasks); }));
  note(figures, "whole_cycle", rate(options.tasks, [&] {
         std::jthread adder([&] { bench.add(options.tasks); });
         bench.drain(options.tasks);
       }));
  const std::size_t singly = std::min<std::size_t>(options.tasks, 10'000);
  note(figures, "add_single", rate(singly, [&] { bench.add_singly(singly); }));
}

int run(const Options& options) {
  std::vector<Figure> figures = all_figures();
  for (std::size_t i = 0; i < options.runs; ++i) run_once(options, figures);
  if (options.as_json) {
    fmt::print("{}", to_json(figures));
    return 0;
  }
  fmt::print("{} tasks of 100 B, {} runs, {} others pending; SQLite, synchronous=FULL (fsync before each answer); in {}\n\n{}",
             options.tasks, options.runs, options.pending, options.folder.string(), to_markdown(figures));
  return 0;
}

}  // namespace
}  // namespace taskrunner::bench

int main(int count, char** arguments) {
  try {
    return taskrunner::bench::run(taskrunner::bench::read_options(count, arguments));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_store: {}\n", error.what());
    return 1;
  }
}
