#include <boost/json/serialize.hpp>

#include "net/socketio_packet.hpp"
#include "promise.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {

using net::SocketPacketType;

/// What was read, written again, is read the same.
void socketio_packets(std::string_view bytes) {
  const auto packet = net::decode_socket_packet(bytes, 5);
  if (!packet) return;
  promise(packet->attachments <= 5 && packet->namespace_name.starts_with('/'));
  promise(packet->type != SocketPacketType::ack || packet->id);
  auto text = net::socket_packet_head(packet->type, packet->namespace_name, packet->id, packet->attachments).substr(1);
  if (packet->payload) text += boost::json::serialize(*packet->payload);
  const auto again = net::decode_socket_packet(text, 5);
  promise(again && again->type == packet->type && again->namespace_name == packet->namespace_name);
  promise(again->id == packet->id && again->attachments == packet->attachments);
  promise(again->payload.has_value() == packet->payload.has_value());
}

}  // namespace taskrunner::fuzz
