#pragma once

#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace taskrunner::bench {

/// User and system time of this process, all its threads, in microseconds.
inline double cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

/// The same of another process, as exact as the kernel's clock ticks.
inline double cpu_us(pid_t pid) {
  constexpr int fields_before = 13;
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string skipped;
  for (int i = 0; i < fields_before; ++i) stat >> skipped;
  double user = 0;
  double system = 0;
  stat >> user >> system;
  return (user + system) * 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace taskrunner::bench
