#pragma once

#include <taskrunner/json.hpp>

#include "app/host_address.hpp"

#include <optional>
#include <string>

namespace taskrunner::app {

struct AddLinesOptions {
  HostAddress host;
  bool json = false;  ///< print the tasks, not their ids
  std::optional<std::string> topic = std::nullopt;  ///< each line is the data of a task of it; else a whole task
  JsonObject common = {};  ///< fields that each task has where its line does not say otherwise
};

/// Adds a task for each line, in batches, and prints their ids in order. A line that is refused is named by its
/// number on standard error, and the others are added all the same; at a line that is no JSON it ends. Returns the
/// exit code.
int add_lines(int descriptor, const AddLinesOptions& options);

}  // namespace taskrunner::app
