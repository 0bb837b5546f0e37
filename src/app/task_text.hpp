#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::app {

// Tasks as clients get them (the wire's form), in words for people.

/// "1.5 MiB"
std::string bytes_text(double bytes);
/// "45 s", "3 min 20 s", "2 h 5 min"
std::string seconds_text(double seconds);

/// "running", "to do", … and of a completed one its outcome: "success", "failed" …
std::string state_text(const Json& task);

/// Completed, and well: outcome success, or of an old runner's task that its response is no error.
bool has_ended(const Json& task);
bool has_succeeded(const Json& task);

/// Why it did not end well: its response's error, else its last error, else its outcome.
std::string failure_text(const Json& task);

/// Of {spent, total}: in [0, 1]; nothing where they say none.
std::optional<double> progress_fraction(const Json& progress);

/// The rows with a head line; at most `width` columns each where that is not 0.
std::string task_table(const JsonArray& tasks, std::size_t width);

/// One task, a line a field.
std::string task_details(const Json& task);

/// Shortens UTF-8 text to so many characters, the last one an ellipsis; control characters become spaces.
std::string fit(std::string_view text, std::size_t characters);

}  // namespace taskrunner::app
