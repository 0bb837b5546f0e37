#include "net/websocket_frame.hpp"

#include <algorithm>
#include <cstring>

namespace taskrunner::net {
namespace {

bool is_control(WebSocketOpcode opcode) { return static_cast<std::uint8_t>(opcode) & 0x8; }

bool is_known(WebSocketOpcode opcode) {
  const auto number = static_cast<std::uint8_t>(opcode);
  return number <= 2 || (number >= 8 && number <= 10);
}

/// RFC 6455 section 7.4 and the IANA registry: what may stand in a close frame.
bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/// `at` counts the bytes of this frame unmasked before.
void unmask(char* data, std::size_t size, const unsigned char* key, std::size_t at) {
  std::array<unsigned char, 8> turned;
  for (std::size_t i = 0; i < 8; ++i) turned[i] = key[(at + i) % 4];
  std::uint64_t mask;
  std::memcpy(&mask, turned.data(), 8);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, data + i, 8);
    word ^= mask;
    std::memcpy(data + i, &word, 8);
  }
  for (; i < size; ++i) data[i] = static_cast<char>(static_cast<unsigned char>(data[i]) ^ turned[i % 8]);
}

std::uint64_t big_endian(const unsigned char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

std::size_t websocket_head_size(std::uint64_t payload_size) {
  return payload_size < 126 ? 2 : payload_size <= 0xFFFF ? 4 : 10;
}

std::size_t write_websocket_head(WebSocketOpcode opcode, std::uint64_t payload_size, char* into) {
  const std::size_t size = websocket_head_size(payload_size);
  into[0] = static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode));
  into[1] = static_cast<char>(size == 2 ? payload_size : size == 4 ? 126 : 127);
  for (std::size_t i = 2; i < size; ++i) into[i] = static_cast<char>(payload_size >> 8 * (size - 1 - i));
  return size;
}

std::string websocket_close_payload(std::uint16_t code, std::string_view reason) {
  std::size_t length = std::min<std::size_t>(reason.size(), 123);
  while (length < reason.size() && length > 0 && (static_cast<unsigned char>(reason[length]) & 0xC0) == 0x80) --length;
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return payload.append(reason.substr(0, length));
}

std::size_t WebSocketDecoder::head_size() const {
  if (head_have_ < 2) return 2;
  const int length = head_[1] & 0x7F;
  return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (head_[1] & 0x80 ? 4 : 0);
}

/// What can be told from the first two bytes, before anything more is waited for.
std::uint16_t WebSocketDecoder::check_head() const {
  const auto opcode = static_cast<WebSocketOpcode>(head_[0] & 0x0F);
  const bool final = head_[0] & 0x80;
  if ((head_[0] & 0x70) || !is_known(opcode) || !(head_[1] & 0x80)) return websocket_protocol_error;
  if (is_control(opcode)) return final && (head_[1] & 0x7F) <= 125 ? 0 : websocket_protocol_error;
  const bool open = message_kind_ != WebSocketOpcode::continuation;
  return (opcode == WebSocketOpcode::continuation) == open ? 0 : websocket_protocol_error;
}

std::uint16_t WebSocketDecoder::read_head() {
  const std::size_t length_bytes = head_size() - 6;
  frame_left_ = length_bytes == 0 ? head_[1] & 0x7F : big_endian(&head_[2], length_bytes);
  if (length_bytes == 2 && frame_left_ < 126) return websocket_protocol_error;
  if (length_bytes == 8 && (frame_left_ <= 0xFFFF || frame_left_ >> 63)) return websocket_protocol_error;
  const auto opcode = static_cast<WebSocketOpcode>(head_[0] & 0x0F);
  if (!is_control(opcode)) {
    if (frame_left_ > max_message_bytes_ - message_.size()) return websocket_too_big;
    if (opcode != WebSocketOpcode::continuation) {
      message_kind_ = opcode;
      utf8_ = {};
    }
  }
  in_payload_ = true;
  mask_at_ = 0;
  return 0;
}

std::uint16_t WebSocketDecoder::decode(char* data, std::size_t size, const Sink& sink) {
  std::size_t at = 0;
  while (!stopped_ && (at < size || (in_payload_ && frame_left_ == 0))) {
    std::uint16_t error = 0;
    if (!in_payload_) {
      head_[head_have_++] = static_cast<unsigned char>(data[at++]);
      if (head_have_ == 2) error = check_head();
      if (!error && head_have_ == head_size() && head_have_ > 2) error = read_head();
    } else {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(frame_left_, size - at));
      unmask(data + at, count, &head_[head_size() - 4], mask_at_);
      mask_at_ += count;
      frame_left_ -= count;
      error = take_payload({data + at, count}, sink);
      at += count;
    }
    if (error) {
      stopped_ = true;
      return error;
    }
  }
  return 0;
}

std::uint16_t WebSocketDecoder::take_payload(std::string_view bytes, const Sink& sink) {
  const bool control = head_[0] & 0x08;
  const bool done = frame_left_ == 0;
  if (!control && message_kind_ == WebSocketOpcode::text && !utf8_.feed(bytes)) return websocket_invalid_text;
  std::string& kept = control ? control_ : message_;
  const bool whole_here = kept.empty() && done && (control || head_[0] & 0x80);
  if (!whole_here) kept.append(bytes);
  if (!done) return 0;
  head_have_ = 0;
  in_payload_ = false;
  return finish_frame(whole_here ? bytes : std::string_view(kept), sink);
}

std::uint16_t WebSocketDecoder::finish_frame(std::string_view whole, const Sink& sink) {
  const auto opcode = static_cast<WebSocketOpcode>(head_[0] & 0x0F);
  if (is_control(opcode)) {
    std::uint16_t error = 0;
    if (opcode == WebSocketOpcode::close)
      error = finish_close(whole, sink);
    else
      stopped_ = !sink(opcode, whole, 0);
    control_.clear();
    return error;
  }
  if (!(head_[0] & 0x80)) return 0;
  if (message_kind_ == WebSocketOpcode::text && !utf8_.complete()) return websocket_invalid_text;
  stopped_ = !sink(message_kind_, whole, 0);
  message_kind_ = WebSocketOpcode::continuation;
  std::string().swap(message_);
  return 0;
}

std::uint16_t WebSocketDecoder::finish_close(std::string_view payload, const Sink& sink) {
  std::uint16_t code = websocket_no_status;
  if (payload.size() == 1) return websocket_protocol_error;
  if (payload.size() >= 2) {
    code = static_cast<std::uint16_t>(big_endian(reinterpret_cast<const unsigned char*>(payload.data()), 2));
    if (!may_be_sent(code)) return websocket_protocol_error;
    payload.remove_prefix(2);
    if (!is_utf8(payload)) return websocket_invalid_text;
  }
  stopped_ = true;  // nothing behind a close frame counts
  sink(WebSocketOpcode::close, payload, code);
  return 0;
}

}  // namespace taskrunner::net
