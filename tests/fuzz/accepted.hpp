#pragma once

#include "promise.hpp"

#include <taskrunner/error.hpp>

#include <optional>
#include <type_traits>

namespace taskrunner::fuzz {

/// What `read` gives; nothing where it refuses its input, which it may only by Error{invalid_argument}.
template <typename Read>
std::optional<std::invoke_result_t<Read>> accepted(const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    promise(error.code() == ErrorCode::invalid_argument);
    return std::nullopt;
  }
}

}  // namespace taskrunner::fuzz
