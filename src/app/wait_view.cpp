#include "app/wait_view.hpp"

#include "app/task_text.hpp"
#include "app/terminal.hpp"
#include "base/clock.hpp"

#include <unistd.h>

#include <cstdio>

namespace taskrunner::app {

WaitView::WaitView() : is_terminal_(is_terminal(STDERR_FILENO)) {}

void WaitView::line(const std::string& text) {
  if (has_bar_) std::fputs("\r\x1b[K", stderr);
  has_bar_ = false;
  say(text);
}

void WaitView::show_task(const Json& task) {
  std::string state = state_text(task);
  if (state == state_ || has_ended(task)) return;
  state_ = std::move(state);
  progress_.restart();
  tenths_ = 0;
  line(state_);
}

void WaitView::show_progress(const Json& progress) {
  progress_.note(progress, system_clock().boot_ms());
  if (is_terminal_) {
    const std::size_t width = terminal_width(STDERR_FILENO);
    std::fputs(("\r" + progress_.text(width ? width - 1 : 79) + "\x1b[K").c_str(), stderr);
    has_bar_ = true;
  } else if (progress_.tenths() > tenths_) {  // a log is not to be flooded
    tenths_ = progress_.tenths();
    line(progress_.text(120));
  }
}

void WaitView::show_note(const std::string& text) { line(text); }

void WaitView::show_end(const Json& task) {
  if (has_succeeded(task)) {
    const Json* response = task.find("response");
    line("success" + (response ? ": " + response->dump() : std::string()));
  } else {
    const std::string state = state_text(task);
    const std::string why = failure_text(task);
    line(why == state ? state : state + ": " + why);
  }
}

}  // namespace taskrunner::app
