#pragma once

#include "base/log.hpp"
#include "core/failure_log.hpp"

namespace taskrunner::core {

/// What a runner asks of its store again and again, as its log names it.
struct StoreFailures {
  static FailureLog logged(const char* what) {
    return {what, [](const std::string& line) { log_warning("{}", line); },
            [](const std::string& line) { log_info("{}", line); }};
  }

  FailureLog claims = logged("tasks could not be claimed, it is tried again");
  FailureLog results = logged("results could not be written, they are kept and written later");
  FailureLog session = logged("the session could not be opened or renewed, it is tried again");
  FailureLog expiry = logged("lost sessions could not be looked for");
  FailureLog sweeps = logged("tasks of lost hosts could not be looked for");
  FailureLog purges = logged("old tasks could not be deleted");
  FailureLog reconciliation = logged("what this host holds could not be read");
};

}  // namespace taskrunner::core
