#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::net {

/// Reads one request's body, by length or in chunks (RFC 9112 sections 6 and 7.1), out of bytes that come in any
/// pieces. Pure. Strict: what is not written as the grammar says is refused. Trailers are read and thrown away.
class HttpBodyReader {
 public:
  /// A length, or chunks where there is none.
  explicit HttpBodyReader(std::optional<std::uint64_t> length)
      : state_(!length ? State::size_line : *length > 0 ? State::data : State::complete), left_(length.value_or(0)), chunked_(!length) {}

  void set_limit(std::size_t bytes) { limit_ = bytes; }
  /// Appends to `body`; returns how much it consumed. Stops at the end.
  std::size_t feed(std::string_view bytes, std::string& body);
  bool complete() const { return state_ == State::complete; }
  /// 0, or 400 or 413: then nothing more is read.
  unsigned error_status() const { return error_; }

 private:
  enum class State { size_line, data, data_end, trailer, complete };

  std::size_t take_data(std::string_view bytes, std::string& body);
  void take_line_byte(char byte, std::size_t body_size);
  void take_line(std::string_view line, std::size_t body_size);
  void take_size(std::string_view line, std::size_t body_size);

  State state_;
  std::uint64_t left_;  ///< of the body, or of this chunk
  bool chunked_;
  std::size_t limit_ = SIZE_MAX;
  std::size_t line_bytes_ = 0;  ///< of all trailers, or of this size line
  std::string line_;
  unsigned error_ = 0;
};

}  // namespace taskrunner::net
