#pragma once

#include <taskrunner/error.hpp>

namespace taskrunner::app {

/// What the program ends with; scripts rely on it.
enum ExitCode : int {
  exit_done = 0,
  exit_no = 1,           ///< the task failed, or the answer is no
  exit_wrong_use = 2,    ///< the command, its options or its input are wrong
  exit_unreachable = 3,  ///< host or store cannot be reached
};

int exit_code_of(ErrorCode code);

}  // namespace taskrunner::app
