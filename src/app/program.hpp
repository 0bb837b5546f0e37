#pragma once

namespace taskrunner::app {

/// The program `task-runner`: reads the command line, carries out its verb, and returns the process's exit code
/// (app/exit_code.hpp). Answers go to standard output, everything else to standard error.
int run_program(int argc, const char* const* argv);

}  // namespace taskrunner::app
