#include "mongo/host_figures.hpp"

#include "mongo/host_process.hpp"
#include "mongo/plain_writer.hpp"
#include "mongo/server_counts.hpp"
#include "report/cpu.hpp"
#include "report/temporary_folder.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

namespace taskrunner::bench {
namespace {

using Time = std::chrono::steady_clock;

double rate(std::size_t count, Time::time_point start) {
  return static_cast<double>(count) / std::chrono::duration<double>(Time::now() - start).count();
}

void check_each_ran_once(const std::vector<Execution>& executions, std::size_t tasks) {
  std::set<std::string> ids;
  for (const Execution& execution : executions) ids.insert(std::string(execution.id, sizeof execution.id));
  if (executions.size() != tasks || ids.size() != tasks)
    throw std::runtime_error(std::to_string(executions.size()) + " executions of " + std::to_string(ids.size()) + " tasks, of " +
                             std::to_string(tasks) + " that there were");
}

/// Hosts on a fresh database, and somebody who adds.
class Fleet {
 public:
  Fleet(const Options& options, const std::string& url, std::size_t hosts, std::size_t pending)
      : tasks_(options.tasks), folder_(options.folder), writer_(url) {
    for (std::size_t i = 0; i < hosts; ++i) hosts_.push_back(std::make_unique<HostProcess>(url, file()));
    writer_.insert(pending, "other#1");
    writer_.settle();
  }

  void add() { writer_.insert(tasks_, "noop#1"); }
  void start() {
    for (auto& host : hosts_) host->start();
  }
  /// Until every task has run and its end is durable; the hosts' CPU.
  double finish() {
    wait_for_executions(file(), tasks_);
    double spent_us = 0;
    for (auto& host : hosts_) spent_us += host->finish();
    check_each_ran_once(wait_for_executions(file(), tasks_), tasks_);
    return spent_us;
  }

 private:
  std::string file() const { return folder_.file("executions"); }

  const std::size_t tasks_;
  TemporaryFolder folder_;
  PlainWriter writer_;
  std::vector<std::unique_ptr<HostProcess>> hosts_;
};

void measure_loaded(const Options& options, test::Mongod& server, std::size_t hosts, std::vector<Figure>& figures) {
  const std::string url = server.fresh_url();
  Fleet fleet(options, url, hosts, 0);
  fleet.add();
  const auto start = Time::now();
  fleet.start();
  fleet.finish();
  note(figures, hosts == 1 ? "host_loaded" : "two_hosts", rate(options.tasks, start));
}

void measure_cycle(const Options& options, test::Mongod& server, std::vector<Figure>& figures) {
  const std::string url = server.fresh_url();
  Fleet fleet(options, url, 1, 0);
  fleet.start();
  const ServerCounts before = count_at_server(url);
  const pid_t mongod = server.pids().front();
  const double mongod_before_us = cpu_us(mongod);
  const auto start = Time::now();
  std::jthread adder([&] { fleet.add(); });
  const double host_us = fleet.finish();
  const auto tasks = static_cast<double>(options.tasks);
  note(figures, "host_cycle", rate(options.tasks, start));
  note(figures, "host_cpu", host_us / tasks);
  note(figures, "host_mongod", (cpu_us(mongod) - mongod_before_us) / tasks);
  const ServerCounts after = count_at_server(url);
  note(figures, "commands", (after.commands - before.commands) / tasks);
  note(figures, "document_writes", (after.document_writes - before.document_writes) / tasks);
}

void measure_cycle_beside(const Options& options, test::Mongod& server, std::vector<Figure>& figures) {
  Fleet fleet(options, server.fresh_url(), 1, options.pending);
  fleet.start();
  const auto start = Time::now();
  std::jthread adder([&] { fleet.add(); });
  fleet.finish();
  note(figures, "host_cycle_pending", rate(options.tasks, start));
}

/// Each sample begins when the one before has begun to run, after a pause of 5 to 15 ms.
void measure_pickup(const Options& options, test::Mongod& server, std::vector<Figure>& figures) {
  const std::string url = server.fresh_url();
  const TemporaryFolder folder(options.folder);
  HostProcess host(url, folder.file("executions"));
  host.start();
  PlainWriter writer(url);
  std::vector<double> ms;
  for (std::size_t i = 0; i < options.samples; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + i % 11));
    const auto sent = Time::now();
    writer.insert(1, "noop#1");
    const Execution last = wait_for_executions(folder.file("executions"), i + 1).back();
    const std::chrono::nanoseconds took = std::chrono::nanoseconds(last.began_ns) - sent.time_since_epoch();
    ms.push_back(static_cast<double>(took.count()) / 1e6);
  }
  host.finish();
  note(figures, "pickup_p50", percentile(ms, 0.5));
  note(figures, "pickup_p99", percentile(ms, 0.99));
}

}  // namespace

std::vector<Figure> host_figures() {
  return {
      {"host_loaded", "one host: claim, run, complete (added before)", "tasks/s", 0, {}},
      {"two_hosts", "two hosts: the same", "tasks/s", 0, {}},
      {"host_cycle", "one host: add, claim, run, complete at the same time", "tasks/s", 14'000, {}},
      {"host_cycle_pending", "the same with the others pending", "tasks/s", 0, {}},
      {"host_cpu", "the host's CPU", "us/task", 12, {}},
      {"host_mongod", "mongod's CPU for it", "us/task", 0, {}},
      {"commands", "commands that mongod got for it", "1/task", 0.02, {}},
      {"document_writes", "documents that it wrote", "1/task", 3, {}},
      {"pickup_p50", "insert sent to body's first line, host idle, p50", "ms", 3, {}},
      {"pickup_p99", "the same, p99", "ms", 7, {}},
  };
}

void measure_hosts(const Options& options, test::Mongod& server, std::vector<Figure>& figures) {
  measure_loaded(options, server, 1, figures);
  measure_loaded(options, server, 2, figures);
  measure_cycle(options, server, figures);
  if (options.pending) measure_cycle_beside(options, server, figures);
  if (options.samples) measure_pickup(options, server, figures);
}

}  // namespace taskrunner::bench
