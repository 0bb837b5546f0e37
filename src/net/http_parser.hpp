#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_body.hpp"
#include "net/http_message.hpp"

namespace taskrunner::net {

/// One request at a time out of a connection's bytes (RFC 9112). Pure: no socket, no clock.
/// What could be read differently by two parties (smuggling) is refused, never guessed.
class HttpParser {
 public:
  enum class State {
    head,      ///< wants more bytes of the head
    body,      ///< the head is there: look at request(), set the body's limit, feed on
    complete,  ///< the request is whole: take()
    failed,    ///< see error_status(); the connection cannot be used any further
  };

  explicit HttpParser(std::size_t header_limit_bytes);
  ~HttpParser();

  /// Reads on in `bytes`, which begin where the last call stopped consuming; returns how many it consumed.
  /// Stops once at the head's end (state body) and at the request's end.
  /// While the state is head nothing is consumed: call again with more behind the same bytes.
  std::size_t feed(std::string_view bytes);
  State state() const { return state_; }

  /// Valid from state body on; its body grows until complete.
  const HttpRequest& request() const { return request_; }
  void set_body_limit(std::size_t bytes);

  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const;
  /// GET with `Connection: upgrade` and `Upgrade: websocket`.
  bool wants_websocket() const;
  /// False for HTTP/1.0, which knows no chunks.
  bool can_take_chunks() const { return version_ >= 11; }

  /// 400, 413, 414, 431, 501 or 505, with one line for the client.
  unsigned error_status() const { return error_status_; }
  const std::string& error_text() const { return error_text_; }

  /// The complete request; the parser is then ready for the next one.
  HttpRequest take();

 private:
  struct Beast;
  void reset();
  void fail(unsigned status, std::string text);
  std::size_t feed_head(std::string_view bytes);
  void take_head();
  void check_head();
  void check_version_and_host();

  std::size_t header_limit_bytes_;
  State state_ = State::head;
  std::unique_ptr<Beast> beast_;  ///< only while a head is being read
  std::optional<HttpBodyReader> body_;
  std::optional<std::uint64_t> length_;  ///< of the body; none: chunks
  HttpRequest request_;
  bool keep_alive_ = true;
  int version_ = 11;
  unsigned error_status_ = 0;
  std::string error_text_;
};

}  // namespace taskrunner::net
