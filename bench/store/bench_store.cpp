// How many tasks a second go through a store. See README.md beside.

#include "bare_sqlite.hpp"

#include "report/figures.hpp"
#include "report/options.hpp"
#include "report/task_mill.hpp"
#include "report/temporary_folder.hpp"
#include "store/open_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace taskrunner::bench {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::size_t batch = TaskMill::batch;

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
  TaskMill bench(store::open_store("sqlite:" + folder.file("store.db"), {}));
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
