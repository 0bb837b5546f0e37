#pragma once

#include "support/mongod.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace taskrunner::store {

/// A mongod that can be killed and started again on the same port and files.
class FallibleServer {
 public:
  explicit FallibleServer(const std::vector<std::string>& options);
  ~FallibleServer();

  std::string url(const std::string& database) const { return first_.url(database); }
  /// SIGKILL; returns when the process is gone.
  void kill();
  /// After kill(); returns before it can be reached.
  void start_again();

 private:
  test::Mongod first_;
  std::vector<std::string> command_line_;
  pid_t again_ = 0;
};

}  // namespace taskrunner::store
