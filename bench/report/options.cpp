#include "report/options.hpp"

#include <taskrunner/error.hpp>

#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace taskrunner::bench {
namespace {

std::size_t read_count(std::string_view name, std::string_view text) {
  std::size_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size())
    throw Error(ErrorCode::invalid_argument, std::string(name) + " wants a number, not '" + std::string(text) + "'");
  return value;
}

void read_one(Options& options, std::string_view name, std::string_view value) {
  if (name == "--dir")
    options.folder = value;
  else if (name == "--tasks")
    options.tasks = read_count(name, value);
  else if (name == "--runs")
    options.runs = read_count(name, value);
  else if (name == "--pending")
    options.pending = read_count(name, value);
  else if (name == "--samples")
    options.samples = read_count(name, value);
  else
    throw Error(ErrorCode::invalid_argument, "unknown option " + std::string(name));
}

}  // namespace

Options read_options(int count, char** arguments, Options defaults) {
  Options options = std::move(defaults);
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--json") {
      options.as_json = true;
      continue;
    }
    if (i + 1 == count) throw Error(ErrorCode::invalid_argument, std::string(name) + " wants a value");
    read_one(options, name, arguments[++i]);
  }
  return options;
}

}  // namespace taskrunner::bench
