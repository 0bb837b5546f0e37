#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace taskrunner::app {

/// A task's progress as one line: a bar, share, amounts, rate, time left. Pure; time comes in with each call.
class ProgressLine {
 public:
  /// `progress` as the task said it: {spent, total, bytesPerSecond?, etaSeconds?, …}.
  void note(const Json& progress, std::int64_t now_ms);
  /// A new run: rates start anew.
  void restart();

  /// At most `width` columns; with a bar where they suffice. Empty where nothing was noted yet.
  std::string text(std::size_t width) const;
  /// Whole tenths that are done: for output that is no terminal.
  int tenths() const;

 private:
  Json newest_;
  double first_spent_ = 0;
  std::int64_t first_ms_ = 0;
  std::int64_t newest_ms_ = 0;
};

}  // namespace taskrunner::app
