#pragma once

#include <cstddef>
#include <filesystem>

namespace taskrunner::bench {

/// What every benchmark of tasks can be told.
struct Options {
  std::size_t tasks = 100'000;
  std::size_t runs = 5;
  std::size_t pending = 0;      ///< tasks of another topic that wait all the while
  std::size_t samples = 2'000;  ///< of a latency, each run
  std::filesystem::path folder = std::filesystem::temp_directory_path();
  bool as_json = false;
};

/// Into the defaults: `--tasks N --runs N --pending N --samples N --dir DIR --json`. Throws Error{invalid_argument} that names what it does not know.
Options read_options(int count, char** arguments, Options defaults = {});

}  // namespace taskrunner::bench
