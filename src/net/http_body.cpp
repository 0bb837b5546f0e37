#include "net/http_body.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace taskrunner::net {

namespace {
constexpr std::size_t lines_limit_bytes = 4096;  // of a size line with its extensions, and of all trailers

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\t' || static_cast<unsigned char>(c) >= 0x20; });
}
}  // namespace

std::size_t HttpBodyReader::feed(std::string_view bytes, std::string& body) {
  std::size_t at = 0;
  while (at < bytes.size() && !error_ && state_ != State::complete) {
    if (state_ == State::data)
      at += take_data(bytes.substr(at), body);
    else
      take_line_byte(bytes[at++], body.size());
  }
  return at;
}

std::size_t HttpBodyReader::take_data(std::string_view bytes, std::string& body) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  body.append(bytes.substr(0, count));
  left_ -= count;
  if (left_ == 0) state_ = chunked_ ? State::data_end : State::complete;
  return count;
}

/// Lines end with CR LF, and with nothing else.
void HttpBodyReader::take_line_byte(char byte, std::size_t body_size) {
  if (++line_bytes_ > lines_limit_bytes) {
    error_ = 400;
  } else if (byte != '\n') {
    line_.push_back(byte);
  } else if (!line_.ends_with('\r')) {
    error_ = 400;
  } else {
    const auto line = std::exchange(line_, {});
    take_line(std::string_view(line).substr(0, line.size() - 1), body_size);
  }
}

void HttpBodyReader::take_line(std::string_view line, std::size_t body_size) {
  if (!is_plain(line)) {
    error_ = 400;
  } else if (state_ == State::size_line) {
    take_size(line, body_size);
  } else if (state_ == State::data_end) {
    if (!line.empty()) error_ = 400;
    state_ = State::size_line;
    line_bytes_ = 0;
  } else if (line.empty()) {
    state_ = State::complete;
  } else if (line.find(':') == std::string_view::npos || line.find(':') == 0) {
    error_ = 400;
  }
}

void HttpBodyReader::take_size(std::string_view line, std::size_t body_size) {
  const auto digits = line.substr(0, line.find(';'));
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (bad != std::errc() || end != digits.data() + digits.size()) {
    error_ = bad == std::errc::result_out_of_range ? 413 : 400;
  } else if (left_ > limit_ - std::min(limit_, body_size)) {
    error_ = 413;
  } else {
    state_ = left_ > 0 ? State::data : State::trailer;
    line_bytes_ = 0;
  }
}

}  // namespace taskrunner::net
