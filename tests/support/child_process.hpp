#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace taskrunner::test {

/// A program that says on its standard output, a line each, what it does; for tests to wait for, to signal and to kill.
/// Killed when destroyed. One thread.
class ChildProcess {
 public:
  /// Throws std::runtime_error where it does not start.
  explicit ChildProcess(std::vector<std::string> command_line);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Its next line; empty where it ended.
  std::string line();
  void send(int signal) const;
  /// Its exit code, once it ended; minus the signal where one ended it.
  int wait();
  int end(int signal);

 private:
  pid_t pid_ = 0;
  int code_ = 0;
  std::FILE* output_ = nullptr;
};

}  // namespace taskrunner::test
