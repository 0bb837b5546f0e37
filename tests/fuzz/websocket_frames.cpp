#include "net/websocket_frame.hpp"
#include "promise.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

using net::WebSocketOpcode;
constexpr std::size_t limit_bytes = 300;

std::string decode(std::string bytes, std::size_t piece) {
  net::WebSocketDecoder decoder(limit_bytes);
  std::string seen;
  const auto sink = [&](WebSocketOpcode kind, std::string_view payload, std::uint16_t code) {
    promise(payload.size() <= limit_bytes);
    promise(kind != WebSocketOpcode::text || net::is_utf8(payload));
    promise(kind == WebSocketOpcode::text || kind == WebSocketOpcode::binary || payload.size() <= 125);
    seen += std::to_string(static_cast<int>(kind)) + ":" + std::to_string(code) + ":" + std::string(payload) + "\n";
    return true;
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const auto error = decoder.decode(bytes.data() + at, std::min(piece, bytes.size() - at), sink);
    if (error) return seen + "error " + std::to_string(error);
  }
  return seen;
}

}  // namespace

void websocket_frames(std::string_view bytes) {
  promise(decode(std::string(bytes), bytes.size() + 1) == decode(std::string(bytes), 1));
}

}  // namespace taskrunner::fuzz
