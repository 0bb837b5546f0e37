#include <tuple>
#include <vector>

#include "net/engineio_packet.hpp"
#include "promise.hpp"
#include "targets.hpp"

namespace taskrunner::fuzz {
namespace {

using Packets = std::vector<std::tuple<net::EnginePacketType, bool, std::string>>;

bool decode(std::string_view body, Packets& packets) {
  return net::decode_polling_body(body, [&](const net::EnginePacket& packet) {
    promise(!packet.binary || packet.type == net::EnginePacketType::message);
    packets.emplace_back(packet.type, packet.binary, packet.data);
    return true;
  });
}

}  // namespace

/// What was read, written again, is read the same.
void engineio_packets(std::string_view bytes) {
  Packets packets, again;
  if (!decode(bytes, packets)) return;
  std::string body;
  for (const auto& [type, binary, data] : packets) {
    if (binary)
      net::append_polling_binary(body, data);
    else
      net::append_polling_text(body, std::string(1, static_cast<char>(type)), data);
  }
  promise(decode(body, again) && again == packets);
}

}  // namespace taskrunner::fuzz
