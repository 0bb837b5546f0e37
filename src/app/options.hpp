#pragma once

#include <taskrunner/task_runner.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::app {

/// Everything that `serve` can be told.
struct ServeOptions {
  TaskRunnerOptions runner;
  std::vector<std::string> topics;          ///< of the built-in ones; empty: all
  std::string download_dir = "downloads";
  std::vector<std::string> download_allow;  ///< CIDRs, not yet parsed; empty: as the listen address says
};

/// What one option was given, and where, for messages: "--keep", "TASK_RUNNER_KEEP", "host.toml:3: keep".
struct OptionValue {
  std::vector<std::string> words;
  std::string source;
};

/// One option of `serve`: the same by flag, environment and file.
struct OptionSpec {
  std::string_view name;        ///< without dashes: "max-running"
  std::string_view value_name;  ///< "N"; empty: a switch without a value
  std::string_view help;
  bool is_list = false;
  /// Checks and sets; throws Error{invalid_argument or not_supported} that begins with the source.
  void (*apply)(ServeOptions& options, const OptionValue& value) = nullptr;
};

std::span<const OptionSpec> serve_option_specs();

/// The option of that name, or null.
const OptionSpec* find_serve_option(std::string_view name);

}  // namespace taskrunner::app
