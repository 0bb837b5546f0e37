// How many tasks a second go through a whole runner, and how soon an idle one begins. See README.md beside.

#include "report/figures.hpp"
#include "report/options.hpp"
#include "report/temporary_folder.hpp"
#include "runner/whole_runner.hpp"

#include "base/random.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <thread>

namespace taskrunner::bench {
namespace {

double seconds(Time::duration length) { return std::chrono::duration<double>(length).count(); }
double milliseconds(Time::duration length) { return 1'000 * seconds(length); }

using Figures = std::vector<Figure>;

Figures all_figures() {
  return {
      {"claim_complete", "claim, run, complete (added before)", "tasks/s", 54'000, {}},
      {"whole_cycle", "add, claim, run, complete at the same time", "tasks/s", 40'000, {}},
      {"pickup_p50", "idle pickup, add called to body's first line, p50", "ms", 0, {}},
      {"pickup_p99", "the same, p99", "ms", 2, {}},
      {"pickup_max", "the same, max", "ms", 0, {}},
      {"from_ack_p50", "idle pickup, add acknowledged to body's first line, p50", "ms", 0, {}},
      {"from_ack_p99", "the same, p99", "ms", 0, {}},
  };
}

void measure_loaded(const Options& options, const std::string& path, Figures& figures) {
  add_others(path, options.pending);
  WholeRunner runner(path);
  runner.add(options.tasks);
  const auto start = Time::now();
  runner.start();
  runner.wait_for_bodies(options.tasks);
  runner.finish();
  note(figures, "claim_complete", static_cast<double>(options.tasks) / seconds(Time::now() - start));
  runner.check_all_done();
}

void measure_whole_cycle(const Options& options, const std::string& path, Figures& figures) {
  add_others(path, options.pending);
  WholeRunner runner(path);
  runner.start();
  const auto start = Time::now();
  std::jthread adder([&] { runner.add(options.tasks); });
  runner.wait_for_bodies(options.tasks);
  runner.finish();
  note(figures, "whole_cycle", static_cast<double>(options.tasks) / seconds(Time::now() - start));
  adder.join();
  runner.check_all_done();
}

/// Each sample begins when the one before is all over, after a random pause of up to 2 ms.
void measure_pickup(const Options& options, const std::string& path, Figures& figures) {
  add_others(path, options.pending);
  WholeRunner runner(path);
  runner.start();
  Random random(Random::system_seed());
  std::vector<double> from_call;
  std::vector<double> from_ack;
  for (std::size_t i = 0; i < options.samples; ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(2'000)));
    const WholeRunner::Added added = runner.add_one();
    const auto began = runner.wait_for_bodies(1);
    runner.wait_for_end(added.id);
    from_call.push_back(milliseconds(began - added.asked));
    from_ack.push_back(milliseconds(began - added.durable));
  }
  note(figures, "pickup_p50", percentile(from_call, 0.5));
  note(figures, "pickup_p99", percentile(from_call, 0.99));
  note(figures, "pickup_max", percentile(from_call, 1));
  note(figures, "from_ack_p50", percentile(from_ack, 0.5));
  note(figures, "from_ack_p99", percentile(from_ack, 0.99));
}

int run(const Options& options) {
  Figures figures = all_figures();
  for (std::size_t i = 0; i < options.runs; ++i) {
    const TemporaryFolder folder(options.folder);
    if (options.tasks) measure_loaded(options, folder.file("loaded.db"), figures);
    if (options.tasks) measure_whole_cycle(options, folder.file("cycle.db"), figures);
    if (options.samples) measure_pickup(options, folder.file("pickup.db"), figures);
  }
  if (options.as_json) {
    fmt::print("{}", to_json(figures));
    return 0;
  }
  fmt::print("{} tasks of 100 B, {} pickups, {} runs, {} others pending, 2,000 slots, one process; SQLite, "
             "synchronous=FULL; in {}\n\n{}",
             options.tasks, options.samples, options.runs, options.pending, options.folder.string(), to_markdown(figures));
  return 0;
}

}  // namespace
}  // namespace taskrunner::bench

int main(int count, char** arguments) {
  try {
    return taskrunner::bench::run(taskrunner::bench::read_options(count, arguments));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_runner: {}\n", error.what());
    return 1;
  }
}
