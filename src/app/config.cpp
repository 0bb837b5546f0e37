#include "app/config.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace taskrunner::app {
namespace {

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> words;
  std::size_t start = 0;
  while (true) {
    const std::size_t comma = text.find(',', start);
    words.push_back(text.substr(start, comma - start));
    if (comma == std::string::npos) return words;
    start = comma + 1;
  }
}

std::string place(const std::string& path, const toml::node& node, std::string_view key) {
  return fmt::format("{}:{}: {}", path, node.source().begin.line, key);
}

/// A number in the file is as good as the same number in quotes.
std::string word_from(const toml::node& node, const std::string& where) {
  if (const auto yes = node.value_exact<bool>()) return *yes ? "true" : "false";
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  throw Error(ErrorCode::invalid_argument, where + ": want a text, a whole number, true or false");
}

OptionValue value_from(const OptionSpec& spec, const toml::node& node, std::string where) {
  OptionValue value{{}, std::move(where)};
  const toml::array* array = node.as_array();
  if (array && !spec.is_list) throw Error(ErrorCode::invalid_argument, value.source + ": want one value, not a list");
  if (array)
    for (const toml::node& element : *array) value.words.push_back(word_from(element, value.source));
  else
    value.words = spec.is_list ? split_at_commas(word_from(node, value.source))
                               : std::vector{word_from(node, value.source)};
  return value;
}

toml::table parse_file(const std::string& path) {
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing sets variables
    if (!value) return std::nullopt;
    return value;
  };
}

std::string environment_name(std::string_view option) {
  std::string name = "TASK_RUNNER_";
  for (const char c : option) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

GivenOptions options_from_environment(const Environment& environment) {
  GivenOptions given;
  for (const OptionSpec& spec : serve_option_specs()) {
    std::string name = environment_name(spec.name);
    const auto text = environment(name);
    if (!text) continue;
    auto words = spec.is_list ? split_at_commas(*text) : std::vector{*text};
    given[std::string(spec.name)] = OptionValue{std::move(words), std::move(name)};
  }
  return given;
}

GivenOptions options_from_file(const std::string& path) {
  GivenOptions given;
  for (const auto& [key, node] : parse_file(path)) {
    const std::string where = place(path, node, key.str());
    const OptionSpec* spec = find_serve_option(key.str());
    if (!spec) throw Error(ErrorCode::invalid_argument, where + ": there is no such option; see task-runner serve --help");
    given[std::string(spec->name)] = value_from(*spec, node, where);
  }
  return given;
}

ServeOptions resolve_options(const GivenOptions& flags, const std::optional<std::string>& config_path,
                             const Environment& environment) {
  GivenOptions given = flags;
  given.merge(options_from_environment(environment));  // merge() keeps what is there
  const auto path = config_path ? config_path : environment("TASK_RUNNER_CONFIG");
  if (path) given.merge(options_from_file(*path));
  ServeOptions options;
  for (const OptionSpec& spec : serve_option_specs())
    if (const auto found = given.find(spec.name); found != given.end()) spec.apply(options, found->second);
  return options;
}

}  // namespace taskrunner::app
