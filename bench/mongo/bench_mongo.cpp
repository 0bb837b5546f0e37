// How many tasks a second go through the MongoDB store. See README.md beside.

#include "bare_mongo.hpp"

#include "report/figures.hpp"
#include "report/options.hpp"
#include "report/task_mill.hpp"
#include "store/open_store.hpp"
#include "support/mongod.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <thread>
#include <vector>

namespace taskrunner::bench {
namespace {

double rate(std::size_t count, const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return static_cast<double>(count) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Of this process: mongod is another.
double cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec); };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

std::vector<Figure> all_figures() {
  return {
      {"bare_add", "bare driver: insert (batches of 1,000)", "tasks/s", 0, {}},
      {"bare_claim_complete", "bare driver: claim, complete (batches of 1,000)", "tasks/s", 0, {}},
      {"add_bulk", "store: add in bulk (batches of 1,000)", "tasks/s", 0, {}},
      {"claim_complete", "store: claim, complete (added before)", "tasks/s", 0, {}},
      {"cpu", "store: CPU of this process for claim and completion of one", "us/task", 12, {}},
      {"whole_cycle", "store: add, claim, complete at the same time", "tasks/s", 14'000, {}},
      {"two_hosts", "store: claim, complete by two hosts", "tasks/s", 0, {}},
      {"add_single", "store: add one at a time, one adder", "tasks/s", 0, {}},
  };
}

void run_once(const Options& options, test::Mongod& server, std::vector<Figure>& figures) {
  const BareMongoRates bare = run_bare_mongo(server.url("bare"), options.tasks, TaskMill::batch);
  note(figures, "bare_add", bare.add);
  note(figures, "bare_claim_complete", bare.claim_complete);
  const std::string url = server.fresh_url();
  TaskMill mill(store::open_store(url, {}));
  mill.add(options.pending, "other#1");
  note(figures, "add_bulk", rate(options.tasks, [&] { mill.add(options.tasks); }));
  const double cpu_before_us = cpu_us();
  note(figures, "claim_complete", rate(options.tasks, [&] { mill.drain(options.tasks); }));
  note(figures, "cpu", (cpu_us() - cpu_before_us) / static_cast<double>(options.tasks));
  note(figures, "whole_cycle", rate(options.tasks, [&] {
         std::jthread adder([&] { mill.add(options.tasks); });
         mill.drain(options.tasks);
       }));
  mill.add(options.tasks);
  TaskMill second(store::open_store(url, {}));
  note(figures, "two_hosts", rate(options.tasks, [&] {
         std::atomic<std::size_t> claimed = 0;
         std::jthread other([&] { second.drain_together(claimed, options.tasks); });
         mill.drain_together(claimed, options.tasks);
       }));
  const std::size_t singly = std::min<std::size_t>(options.tasks, 2'000);
  note(figures, "add_single", rate(singly, [&] { mill.add_singly(singly); }));
}

int run(const Options& options) {
  std::vector<Figure> figures = all_figures();
  test::Mongod server;
  for (std::size_t i = 0; i < options.runs; ++i) run_once(options, server, figures);
  if (options.as_json) {
    fmt::print("{}", to_json(figures));
    return 0;
  }
  fmt::print("{} tasks of 100 B, {} runs, {} others pending; one mongod, w: majority, j: true\n\n{}", options.tasks,
             options.runs, options.pending, to_markdown(figures));
  return 0;
}

}  // namespace
}  // namespace taskrunner::bench

int main(int count, char** arguments) {
  try {
    return taskrunner::bench::run(taskrunner::bench::read_options(count, arguments));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_mongo: {}\n", error.what());
    return 1;
  }
}
