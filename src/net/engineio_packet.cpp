#include "net/engineio_packet.hpp"

#include <fmt/format.h>

#include "base/base64.hpp"
#include "net/utf8.hpp"

namespace taskrunner::net {

std::optional<EnginePacket> decode_engine_packet(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '6') return std::nullopt;
  return EnginePacket{static_cast<EnginePacketType>(text[0]), false, text.substr(1)};
}

bool decode_polling_body(std::string_view body, const std::function<bool(const EnginePacket&)>& sink) {
  for (bool more = true; more;) {
    const auto end = body.find(engine_record_separator);
    const auto part = body.substr(0, end);
    more = end != std::string_view::npos;
    if (more) body.remove_prefix(end + 1);
    if (part.starts_with('b')) {
      const auto bytes = base64_decode(part.substr(1));
      if (!bytes) return false;
      if (!sink({EnginePacketType::message, true, *bytes})) return true;
    } else {
      const auto packet = is_utf8(part) ? decode_engine_packet(part) : std::nullopt;
      if (!packet) return false;
      if (!sink(*packet)) return true;
    }
  }
  return true;
}

void append_polling_text(std::string& body, std::string_view head, std::string_view tail) {
  if (!body.empty()) body.push_back(engine_record_separator);
  body.append(head).append(tail);
}

void append_polling_binary(std::string& body, std::string_view bytes) {
  if (!body.empty()) body.push_back(engine_record_separator);
  body.append("b").append(base64_encode(bytes));
}

std::string engine_open_packet(std::string_view sid, bool can_upgrade, int ping_interval_ms, int ping_timeout_ms,
                               std::size_t max_payload_bytes) {
  return fmt::format(R"(0{{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}})", sid,
                     can_upgrade ? "\"websocket\"" : "", ping_interval_ms, ping_timeout_ms, max_payload_bytes);
}

}  // namespace taskrunner::net
