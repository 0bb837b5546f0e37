// model_clients --store KIND --seeds N --seed S: runs the worlds of the seeds S … S+N-1; a failing one is printed with its
// last steps. Over memory and SQLite the same seed replays exactly.

#include "base/log.hpp"
#include "live_clients/grounds.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::model {
namespace {

struct Options {
  std::string store = "memory";
  std::uint32_t first = 1;
  std::uint32_t count = 1;
  std::size_t steps = 400;
};

std::unique_ptr<Ground> make_ground(const std::string& store) {
  if (store == "memory") return std::make_unique<MemoryGround>();
  if (store == "sqlite") return std::make_unique<SqliteGround>();
  static MongoServer server;
  return std::make_unique<MongoGround>(server);
}

void print_end(const std::vector<std::string>& trace) {
  constexpr std::size_t most = 60;
  for (std::size_t i = trace.size() - std::min(most, trace.size()); i < trace.size(); ++i)
    std::printf("  %s\n", trace[i].c_str());
}

/// False where something that must hold did not.
bool run_seed(const Options& options, std::uint32_t seed, ModelClient::Counts& all) {
  const auto ground = make_ground(options.store);
  World world(seed, *ground);
  try {
    world.run(options.steps);
  } catch (const Violation& violation) {
    print_end(world.trace());
    std::printf("seed %u: %s\nreplay: model_clients --store %s --steps %zu --seed %u\n", seed, violation.what.c_str(),
                options.store.c_str(), options.steps, seed);
    return false;
  }
  const ModelClient::Counts counts = world.counts();
  all.resumed += counts.resumed;
  all.lists += counts.lists;
  all.steps += counts.steps;
  all.failures += counts.failures;
  return true;
}

int run(const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  ModelClient::Counts all;
  std::uint32_t failed = 0;
  for (std::uint32_t i = 0; i < options.count; ++i) failed += run_seed(options, options.first + i, all) ? 0 : 1;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::printf("%s: %u seeds in %.1f s: clients were told %zu steps and %zu lists, went on %zu times, were refused %zu times\n"
              "%u passed, %u failed\n",
              options.store.c_str(), options.count, seconds.count(), all.steps, all.lists, all.resumed, all.failures,
              options.count - failed, failed);
  // A resume finds its place only where no election or lost history came between: on MongoDB not in every world.
  const bool is_telling = 4 * all.resumed >= options.count && all.steps >= options.count && all.lists >= options.count;
  if (!is_telling) std::printf("so little happened that this proves nothing: more seeds or steps are needed\n");
  return failed == 0 && is_telling ? 0 : 1;
}

}  // namespace
}  // namespace taskrunner::model

int main(int argc, char** argv) {
  CLI::App app("Clients that apply changes blindly, whatever breaks: at rest each one's list is a fresh find.");
  taskrunner::model::Options options;
  app.add_option("--store", options.store, "what is beneath")
      ->check(CLI::IsMember({"memory", "sqlite", "mongodb"}))
      ->capture_default_str();
  app.add_option("--seed", options.first, "the first seed")->capture_default_str();
  app.add_option("--seeds", options.count, "how many seeds")->capture_default_str();
  app.add_option("--steps", options.steps, "of each, before it comes to rest")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  taskrunner::set_log_level(taskrunner::LogLevel::error);  // stores that go away are what this is about
  return taskrunner::model::run(options);
}
