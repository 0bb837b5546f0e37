#include "app/terminal.hpp"

#include <taskrunner/error.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace taskrunner::app {

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (!is_terminal(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

void print(std::string_view text) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!is_written) throw Error(ErrorCode::unavailable, "standard output cannot be written to");
}

void say(std::string_view text) {
  std::string line(text);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace taskrunner::app
