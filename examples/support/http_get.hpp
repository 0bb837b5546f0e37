#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

/// For the examples: the body of an HTTP answer, piece by piece. It arrives on a thread of its own, a few pieces
/// ahead; the destructor ends it.
class HttpBody {
 public:
  /// The next piece; nothing at the end. Throws std::runtime_error where the transfer failed. Cancellation of the
  /// awaiting coroutine ends the wait.
  boost::asio::awaitable<std::optional<std::string>> read();
  /// Size of the whole file.
  std::int64_t total() const;

  struct State;
  explicit HttpBody(std::shared_ptr<State> state);
  HttpBody(HttpBody&&) noexcept;
  ~HttpBody();

 private:
  std::shared_ptr<State> state_;
};

/// Asks for what lies behind the first `from` bytes, and returns when the answer's head is there.
boost::asio::awaitable<HttpBody> http_get(std::string url, std::uint64_t from);
