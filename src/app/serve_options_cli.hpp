#pragma once

#include "app/config.hpp"

#include <CLI/CLI.hpp>

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::app {

/// The flags of `serve` on a verb, gathered while the command line is parsed. Must outlive the verb.
class ServeFlags {
 public:
  explicit ServeFlags(CLI::App& verb);

  /// With environment and file; throws Error that names what is wrong, and where.
  ServeOptions resolve() const;

 private:
  struct Flag {
    const OptionSpec* spec;
    CLI::Option* option;
    std::vector<std::string> words;
  };
  std::deque<Flag> flags_;
  std::string config_path_;
};

}  // namespace taskrunner::app
