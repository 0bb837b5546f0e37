#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace taskrunner::app {

struct InputLine {
  std::size_t number = 0;  ///< from 1
  std::string text;
};

/// Lines from a descriptor as they come: a pipe that pauses is not waited for to fill a batch.
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  /// The lines that came since, without blank ones, at most `max_lines`; waits for at least one. Empty at the end.
  /// Throws Error{unavailable} where the input cannot be read, and Error{invalid_argument} for a line above 16 MiB.
  std::vector<InputLine> next(std::size_t max_lines);

 private:
  bool read_more();
  std::vector<InputLine> take(std::size_t max_lines);

  const int descriptor_;
  std::string buffer_;
  std::size_t taken_lines_ = 0;
  bool ended_ = false;
};

}  // namespace taskrunner::app
