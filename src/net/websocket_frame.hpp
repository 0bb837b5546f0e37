#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "net/utf8.hpp"

namespace taskrunner::net {

/// RFC 6455 section 5.2.
enum class WebSocketOpcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// RFC 6455 section 7.4.1; those that a server sends.
enum WebSocketCloseCode : std::uint16_t {
  websocket_normal = 1000,
  websocket_going_away = 1001,
  websocket_protocol_error = 1002,
  websocket_no_status = 1005,  ///< never on the wire: the peer's close had no code
  websocket_invalid_text = 1007,
  websocket_policy = 1008,
  websocket_too_big = 1009,
};

/// Writes the head of an unfragmented server frame (never masked); returns its length, at most 10.
std::size_t write_websocket_head(WebSocketOpcode opcode, std::uint64_t payload_size, char* into);
std::size_t websocket_head_size(std::uint64_t payload_size);

/// A whole close payload: code and reason (cut to fit in 125 bytes, at a character's end).
std::string websocket_close_payload(std::uint16_t code, std::string_view reason);

/// The server's side of reading: takes a client's bytes in any pieces and gives whole messages.
/// Pure: no socket, no clock. Holds no memory between messages.
class WebSocketDecoder {
 public:
  /// `kind` is text, binary, ping, pong or close. For close, `code` is the peer's (or websocket_no_status)
  /// and the payload its reason. The view lives during the call. Return false to stop decoding.
  using Sink = std::function<bool(WebSocketOpcode kind, std::string_view payload, std::uint16_t code)>;

  explicit WebSocketDecoder(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  /// Unmasks in place. Returns 0, or the code to close with after a violation.
  /// After that, a close frame or a sink's false it throws away all that comes.
  std::uint16_t decode(char* data, std::size_t size, const Sink& sink);

 private:
  std::uint16_t read_head();
  std::uint16_t check_head() const;
  std::uint16_t take_payload(std::string_view bytes, const Sink& sink);
  std::uint16_t finish_frame(std::string_view whole, const Sink& sink);
  std::uint16_t finish_close(std::string_view payload, const Sink& sink);
  std::size_t head_size() const;

  std::size_t max_message_bytes_;
  std::array<unsigned char, 14> head_{};
  std::size_t head_have_ = 0;
  bool in_payload_ = false;
  std::uint64_t frame_left_ = 0;  ///< payload bytes of this frame still to come
  std::size_t mask_at_ = 0;
  WebSocketOpcode message_kind_ = WebSocketOpcode::continuation;  ///< of the fragmented message, if one is open
  std::string message_;  ///< what came of an unfinished message
  std::string control_;  ///< the same of a control frame
  Utf8Validator utf8_;
  bool stopped_ = false;
};

}  // namespace taskrunner::net
