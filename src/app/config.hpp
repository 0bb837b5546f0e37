#pragma once

#include "app/options.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace taskrunner::app {

/// Options as they were given, by name, not yet checked.
using GivenOptions = std::map<std::string, OptionValue, std::less<>>;

/// Reads one environment variable; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

/// TASK_RUNNER_MAX_RUNNING for "max-running". Lists are separated by commas.
std::string environment_name(std::string_view option);
GivenOptions options_from_environment(const Environment& environment);

/// A TOML file of `option = value` lines with the flags' names; lists are arrays. Throws Error{invalid_argument} that
/// names file, line and key where the file cannot be read, is no TOML, or has a key or type that no option has.
GivenOptions options_from_file(const std::string& path);

/// Flag before environment before file before default. The file is the one that `config_path` names, else
/// TASK_RUNNER_CONFIG, else none. Throws Error that begins with where the wrong value came from.
ServeOptions resolve_options(const GivenOptions& flags, const std::optional<std::string>& config_path,
                             const Environment& environment);

}  // namespace taskrunner::app
