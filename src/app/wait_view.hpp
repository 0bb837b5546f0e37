#pragma once

#include "app/progress_line.hpp"

#include <string>

namespace taskrunner::app {

/// Shows a task on standard error while one waits for its end: a bar that is drawn over on a terminal, plain lines
/// elsewhere.
class WaitView {
 public:
  WaitView();
  void show_task(const Json& task);
  void show_progress(const Json& progress);
  void show_note(const std::string& text);
  void show_end(const Json& task);

 private:
  void line(const std::string& text);

  const bool is_terminal_;
  ProgressLine progress_;
  std::string state_;
  int tenths_ = 0;
  bool has_bar_ = false;
};

}  // namespace taskrunner::app
