// simulate --seeds N --seed S: runs the seeds S … S+N-1; a failing one is printed with its last steps, and the same seed
// replays exactly.

#include "base/log.hpp"
#include "simulation/world.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>

namespace {

using namespace taskrunner::simulation;

bool run_and_report(std::uint64_t seed, bool verbose) {
  const RunReport report = run_seed(seed);
  if (report.violation) {
    for (const std::string& line : report.trace) std::printf("%s\n", line.c_str());
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), report.violation->c_str());
    std::printf("replay: simulate --seed %llu\n", static_cast<unsigned long long>(seed));
  } else if (verbose) {
    std::printf("seed %llu: %zu tasks, %zu starts, %zu kills, %zu steps\n", static_cast<unsigned long long>(seed),
                report.tasks, report.starts, report.kills, report.steps);
  }
  return !report.violation;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs hosts, their deaths and their tasks under a virtual clock, in an order that the seed decides.");
  std::uint64_t first = 1;
  std::uint64_t count = 1;
  app.add_option("--seed", first, "the first seed")->capture_default_str();
  app.add_option("--seeds", count, "how many seeds")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) failed += run_and_report(seed, count <= 10) ? 0 : 1;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::printf("%llu seeds, %.1f a second\n%llu passed, %llu failed\n", static_cast<unsigned long long>(count),
              static_cast<double>(count) / seconds.count(), static_cast<unsigned long long>(count - failed),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}
