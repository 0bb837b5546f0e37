#pragma once

#include <stdexcept>
#include <string>

namespace taskrunner {

/// What kind of thing went wrong; decides an HTTP status, an exit code, whether a repeat can help.
enum class ErrorCode {
  invalid_argument,  ///< the caller's input is wrong; a repeat cannot help
  not_found,         ///< no such task, topic or file
  not_permitted,     ///< whoever asks may not
  conflict,          ///< the task's state, or another task's unique key, forbids it
  not_supported,     ///< known by name, not there yet
  unavailable,       ///< the store is gone, full or busy: repeat later
  unknown,           ///< no answer came: it may or may not have happened; repeating does no harm
  stopped,           ///< this runner or task is being stopped
  internal,          ///< a broken world that fits nothing above
};

/// A broken world or a refused request. `what()` names the thing and the way out.
/// Expected outcomes are values, never this.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace taskrunner
