#pragma once

#include <cstdint>
#include <string>

namespace taskrunner {

/// One process for all time: a process id comes again, its start time on the same boot of the same machine does not.
/// A plain value. What the system does not tell is empty or 0: then nothing is concluded from it.
struct ProcessIdentity {
  std::string boot_id;             ///< of the running kernel; /proc/sys/kernel/random/boot_id
  std::int64_t pid_namespace = 0;  ///< process ids mean nothing in another
  std::int64_t pid = 0;
  std::int64_t pid_start = 0;  ///< in clock ticks since boot
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

}  // namespace taskrunner
