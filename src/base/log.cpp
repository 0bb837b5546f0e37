#include "base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace taskrunner {
namespace {

/// Never destroyed: a thread that was left behind may still have something to say while the process ends.
spdlog::logger& logger() {
  static const auto& instance = *new std::shared_ptr<spdlog::logger>([] {
    auto created = spdlog::stderr_color_mt("task-runner");
    created->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    return created;
  }());
  return *instance;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void log_line(LogLevel level, std::string_view text) { logger().log(level_of(level), text); }

void set_log_level(LogLevel level) { logger().set_level(level_of(level)); }

}  // namespace taskrunner
