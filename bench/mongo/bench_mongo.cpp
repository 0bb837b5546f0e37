// How many tasks a second go through the MongoDB store and through whole hosts on it. See README.md.

#include "bare_mongo.hpp"

#include "mongo/host_figures.hpp"
#include "mongo/host_process.hpp"
#include "report/cpu.hpp"
#include "report/figures.hpp"
#include "report/options.hpp"
#include "report/task_mill.hpp"
#include "store/open_store.hpp"
#include "support/mongod.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string_view>
#include <thread>
#include <vector>

namespace taskrunner::bench {
namespace {

using Figures = std::vector<Figure>;

double rate(std::size_t count, const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return static_cast<double>(count) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Figures all_figures() {
  Figures figures = {
      {"bare_add", "bare driver: insert (batches of 1,000)", "tasks/s", 0, {}},
      {"bare_claim_complete", "bare driver: claim, complete (added before)", "tasks/s", 0, {}},
      {"bare_cycle", "bare driver: insert, claim, complete at the same time", "tasks/s", 0, {}},
      {"bare_mongod", "mongod's CPU for the bare driver's insert, claim, complete", "us/task", 0, {}},
      {"unwatched", "bare driver: the same without a stream", "tasks/s", 0, {}},
      {"add_bulk", "store: add in bulk (batches of 1,000)", "tasks/s", 100'000, {}},
      {"claim_complete", "store: claim, complete (added before)", "tasks/s", 0, {}},
      {"cpu", "store: CPU of this process for claim and completion of one", "us/task", 0, {}},
      {"store_cycle", "store: add, claim, complete at the same time", "tasks/s", 0, {}},
      {"add_single", "store: add one at a time, one adder", "tasks/s", 0, {}},
  };
  for (Figure& figure : host_figures()) figures.push_back(std::move(figure));
  figures.push_back({"claim_ratio", "store's claim, complete / the bare driver's", "", 0, {}});
  figures.push_back({"cycle_ratio", "one host's whole cycle / the bare driver's", "", 0.8, {}});
  figures.push_back({"hosts_ratio", "two hosts / one", "", 1.2, {}});
  figures.push_back({"pending_ratio", "with the others pending / without", "", 0.85, {}});
  return figures;
}

double newest(const Figures& figures, std::string_view key) {
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const Figure& figure) { return figure.key == key; });
  return found->values.back();
}

void measure_bare(const Options& options, test::Mongod& server, Figures& figures) {
  const std::string url = server.url("bare");
  note(figures, "unwatched", run_bare_mongo(url, options.tasks, TaskMill::batch).whole_cycle);
  const BareStream stream(url);
  const double before_us = cpu_us(server.pids().front());
  const BareMongoRates bare = run_bare_mongo(url, options.tasks, TaskMill::batch);
  note(figures, "bare_mongod", (cpu_us(server.pids().front()) - before_us) / static_cast<double>(2 * options.tasks));
  note(figures, "bare_add", bare.add);
  note(figures, "bare_claim_complete", bare.claim_complete);
  note(figures, "bare_cycle", bare.whole_cycle);
}

void measure_store(const Options& options, test::Mongod& server, Figures& figures) {
  TaskMill mill(store::open_store(server.fresh_url(), {}));
  note(figures, "add_bulk", rate(options.tasks, [&] { mill.add(options.tasks); }));
  const double cpu_before_us = cpu_us();
  note(figures, "claim_complete", rate(options.tasks, [&] { mill.drain(options.tasks); }));
  note(figures, "cpu", (cpu_us() - cpu_before_us) / static_cast<double>(options.tasks));
  note(figures, "store_cycle", rate(options.tasks, [&] {
         std::jthread adder([&] { mill.add(options.tasks); });
         mill.drain(options.tasks);
       }));
  const std::size_t singly = std::min<std::size_t>(options.tasks, 2'000);
  note(figures, "add_single", rate(singly, [&] { mill.add_singly(singly); }));
}

void run_once(const Options& options, test::Mongod& server, Figures& figures) {
  measure_bare(options, server, figures);
  measure_store(options, server, figures);
  measure_hosts(options, server, figures);
  const auto ratio = [&](const char* key, const char* of, const char* to) {
    note(figures, key, newest(figures, of) / newest(figures, to));
  };
  ratio("claim_ratio", "claim_complete", "bare_claim_complete");
  ratio("cycle_ratio", "host_cycle", "bare_cycle");
  ratio("hosts_ratio", "two_hosts", "host_loaded");
  if (options.pending) ratio("pending_ratio", "host_cycle_pending", "host_cycle");
}

int run(const Options& options) {
  Figures figures = all_figures();
  test::Mongod server;
  for (std::size_t i = 0; i < options.runs; ++i) run_once(options, server, figures);
  if (options.as_json) {
    fmt::print("{}", to_json(figures));
    return 0;
  }
  fmt::print("{} tasks of 100 B, {} pickups, {} runs, {} others pending; one mongod, w: majority, j: true\n\n{}", options.tasks,
             options.samples, options.runs, options.pending, to_markdown(figures));
  return 0;
}

}  // namespace
}  // namespace taskrunner::bench

int main(int count, char** arguments) {
  using namespace taskrunner::bench;
  try {
    if (count == 4 && std::string_view(arguments[1]) == "host") return run_host(arguments[2], arguments[3]);
    return run(read_options(count, arguments));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_mongo: {}\n", error.what());
    return 1;
  }
}
