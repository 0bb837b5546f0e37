#pragma once

#include "app/options.hpp"

#include <string>
#include <string_view>

namespace taskrunner::app {

/// Throws Error{invalid_argument} that begins with where the value came from.
[[noreturn]] void refuse(const OptionValue& value, std::string_view wanted);

/// The one word of an option that takes one.
const std::string& word_of(const OptionValue& value);

}  // namespace taskrunner::app
