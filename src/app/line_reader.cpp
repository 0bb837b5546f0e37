#include "app/line_reader.hpp"

#include <taskrunner/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace taskrunner::app {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;
constexpr std::size_t longest_line_bytes = 16 * 1024 * 1024;

}  // namespace

bool LineReader::read_more() {
  const std::size_t size = buffer_.size();
  buffer_.resize(size + read_bytes);
  ssize_t got = 0;
  do {
    got = read(descriptor_, buffer_.data() + size, read_bytes);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<std::size_t>(got < 0 ? 0 : got));
  if (got < 0) throw Error(ErrorCode::unavailable, "the input cannot be read: " + std::generic_category().message(errno));
  return got > 0;
}

std::vector<InputLine> LineReader::take(std::size_t max_lines) {
  std::vector<InputLine> lines;
  std::size_t start = 0;
  while (lines.size() < max_lines && start < buffer_.size()) {
    std::size_t end = buffer_.find('\n', start);
    if (end == std::string::npos && !ended_) break;
    end = std::min(end, buffer_.size());
    ++taken_lines_;
    std::string text = buffer_.substr(start, end - start);
    if (text.find_first_not_of(" \t\r") != std::string::npos) lines.push_back({taken_lines_, std::move(text)});
    start = std::min(end + 1, buffer_.size());
  }
  buffer_.erase(0, start);
  return lines;
}

std::vector<InputLine> LineReader::next(std::size_t max_lines) {
  while (true) {
    auto lines = take(max_lines);
    if (!lines.empty() || (ended_ && buffer_.empty())) return lines;
    if (buffer_.size() > longest_line_bytes)
      throw Error(ErrorCode::invalid_argument, "line " + std::to_string(taken_lines_ + 1) + " is longer than 16 MiB");
    ended_ = !read_more();
  }
}

}  // namespace taskrunner::app
