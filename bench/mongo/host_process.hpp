#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace taskrunner::bench {

/// What a task's body writes down when it begins: which task, and when (CLOCK_MONOTONIC, the same in all processes).
struct Execution {
  char id[12];
  std::int64_t began_ns;
};

/// A host in a process of its own: a TaskRunner of 2,000 slots without a door, whose bodies append an Execution to a file
/// and do nothing else. Ends, killed, with this object.
class HostProcess {
 public:
  /// Returns when its store is open. Throws std::runtime_error where it does not come up.
  HostProcess(const std::string& store_url, const std::filesystem::path& executions);
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  void start();
  /// Returns when all that has run is durable and the process is gone: microseconds of CPU since start().
  double finish();

 private:
  std::string read_line() const;

  pid_t pid_ = 0;
  int in_ = -1;
  int out_ = -1;
};

/// The process' own part: `bench_mongo host URL FILE`.
int run_host(const std::string& store_url, const std::filesystem::path& executions);

/// What stands in the file, as soon as that is so many. Throws std::runtime_error after a minute without a new one.
std::vector<Execution> wait_for_executions(const std::filesystem::path& file, std::size_t count);

}  // namespace taskrunner::bench
