#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace taskrunner {

enum class LogLevel { debug, info, warning, error };

/// Writes one line to standard error, with time and level. Thread-safe.
void log_line(LogLevel level, std::string_view text);

/// Lines below `level` are not written. Default: info.
void set_log_level(LogLevel level);

template <typename... Args>
void log_debug(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace taskrunner
