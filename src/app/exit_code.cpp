#include "app/exit_code.hpp"

namespace taskrunner::app {

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::not_supported: return exit_wrong_use;
    case ErrorCode::unavailable:
    case ErrorCode::unknown: return exit_unreachable;
    default: return exit_no;
  }
}

}  // namespace taskrunner::app
