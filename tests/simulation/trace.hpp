#pragma once

#include <fmt/format.h>

#include <deque>
#include <stdexcept>
#include <string>

namespace taskrunner::simulation {

/// The last steps, for whoever must understand a failing seed.
class Trace {
 public:
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    lines_.push_back(fmt::format(format, std::forward<Args>(args)...));
    if (lines_.size() > most_lines) lines_.pop_front();
  }
  const std::deque<std::string>& lines() const { return lines_; }

 private:
  static constexpr std::size_t most_lines = 400;
  std::deque<std::string> lines_;
};

/// An invariant does not hold.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace taskrunner::simulation
