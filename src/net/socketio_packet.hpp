#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::net {

/// Packet types of Socket.IO v5; the values are their digits on the wire.
/// Source: github.com/socketio/socket.io-protocol, "Packet encoding".
enum class SocketPacketType : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

struct SocketPacket {
  SocketPacketType type = SocketPacketType::event;
  std::size_t attachments = 0;       ///< binary messages that follow
  std::string namespace_name = "/";  ///< as the client wrote it
  std::optional<std::uint64_t> id;   ///< of an acknowledgement
  std::optional<boost::json::value> payload;
};

/// A client's packet, from the text behind Engine.IO's `4`. Throws nothing; nothing for whatever is malformed:
/// an unknown type, a broken count, a payload that is no JSON or not what the type asks for (CONNECT an object
/// or none, EVENT an array that begins with a name that is not reserved, ACK an array and an id, DISCONNECT
/// none), a placeholder that names no attachment, JSON nested deeper than 128.
std::optional<SocketPacket> decode_socket_packet(std::string_view text, std::size_t max_attachments);

/// Names with a meaning of their own in the libraries; never events.
bool is_reserved_event(std::string_view name);

/// If `value` is a placeholder, the number of its attachment.
std::optional<std::size_t> placeholder_number(const boost::json::value& value);

/// `"<type>[<attachments>-][<namespace>,][<id>]"`, with Engine.IO's `4` in front; the payload follows it.
std::string socket_packet_head(SocketPacketType type, std::string_view namespace_name,
                               std::optional<std::uint64_t> id = {}, std::size_t attachments = 0);

/// A text as a JSON string, with its quotes.
std::string json_quote(std::string_view text);

}  // namespace taskrunner::net
