#pragma once

#include <string>

namespace bench {

/// What another process has used so far, from /proc.
class ServerUsage {
 public:
  explicit ServerUsage(int pid) : pid_(pid) {}
  double cpu_seconds() const;  ///< user and system
  long resident_kib() const;
  long peak_kib() const;

 private:
  long status_kib(const std::string& field) const;
  int pid_;
};

}  // namespace bench
