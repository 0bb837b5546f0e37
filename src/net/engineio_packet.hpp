#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::net {

/// Packet types of Engine.IO v4; the values are their characters on the wire.
/// Source: github.com/socketio/engine.io-protocol, "Packet encoding".
enum class EnginePacketType : char { open = '0', close = '1', ping = '2', pong = '3', message = '4', upgrade = '5', noop = '6' };

struct EnginePacket {
  EnginePacketType type = EnginePacketType::message;
  bool binary = false;    ///< always a message
  std::string_view data;  ///< text behind the type, or raw bytes
};

/// A text packet (a websocket text message, one part of a polling body). Nothing if its type is unknown.
std::optional<EnginePacket> decode_engine_packet(std::string_view text);

/// Splits a polling body at its record separators and gives every packet in order. `sink` returns false to
/// stop. False if a part is empty, its type unknown or its base64 broken; what stood before it was given.
/// Parts must be valid UTF-8.
bool decode_polling_body(std::string_view body, const std::function<bool(const EnginePacket&)>& sink);

constexpr char engine_record_separator = '\x1e';

/// Adds one packet to a polling body: text as it is (type and data together), or bytes as `b` + base64.
void append_polling_text(std::string& body, std::string_view head, std::string_view tail = {});
void append_polling_binary(std::string& body, std::string_view bytes);

/// The handshake of a session: an open packet with exactly these fields.
std::string engine_open_packet(std::string_view sid, bool can_upgrade, int ping_interval_ms, int ping_timeout_ms,
                               std::size_t max_payload_bytes);

}  // namespace taskrunner::net
