#pragma once

#include <cstddef>
#include <string_view>

namespace taskrunner::app {

bool is_terminal(int descriptor);

/// Columns of the terminal; 0 where it is none.
std::size_t terminal_width(int descriptor);

/// Writes an answer to standard output at once. Throws Error{unavailable} where it cannot be written (a full disk).
void print(std::string_view text);

/// Writes a line for people to standard error.
void say(std::string_view text);

}  // namespace taskrunner::app
