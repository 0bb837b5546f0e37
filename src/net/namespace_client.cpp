#include "net/namespace_client.hpp"

#include <taskrunner/error.hpp>

#include "net/engineio_packet.hpp"

namespace taskrunner::net {
namespace {

/// Nothing that is read here has attachments.
constexpr std::size_t no_attachments = 0;

[[noreturn]] void malformed() { throw Error(ErrorCode::unavailable, "the server speaks no Socket.IO"); }

}  // namespace

NamespaceClient::NamespaceClient(std::shared_ptr<WebSocketClient> socket, std::string namespace_name)
    : socket_(std::move(socket)), namespace_(std::move(namespace_name)) {}

boost::asio::awaitable<SocketPacket> NamespaceClient::read_packet() {
  while (true) {
    const std::string text = co_await socket_->read();
    const auto packet = decode_engine_packet(text);
    if (!packet) malformed();
    if (packet->type == EnginePacketType::ping) socket_->send("3");
    if (packet->type == EnginePacketType::close) throw Error(ErrorCode::unavailable, "the server closed the connection");
    if (packet->type != EnginePacketType::message) continue;
    auto message = decode_socket_packet(packet->data, no_attachments);
    if (!message) malformed();
    if (message->namespace_name == namespace_) co_return std::move(*message);
  }
}

boost::asio::awaitable<std::optional<SocketPacket>> NamespaceClient::read() {
  while (true) {
    SocketPacket packet = co_await read_packet();
    if (packet.type == SocketPacketType::disconnect) co_return std::nullopt;
    if (packet.type == SocketPacketType::event || packet.type == SocketPacketType::ack) co_return std::move(packet);
  }
}

void NamespaceClient::send_event(std::string_view payload, std::optional<std::uint64_t> id) {
  socket_->send(socket_packet_head(SocketPacketType::event, namespace_, id).append(payload));
}

boost::asio::awaitable<JoinAnswer> join_namespace(std::string origin, std::string namespace_name, std::string auth) {
  const std::string target = "/socket.io/?EIO=4&transport=websocket";
  auto socket = co_await open_websocket(origin, target);
  socket->send(socket_packet_head(SocketPacketType::connect, namespace_name).append(auth));
  JoinAnswer answer;
  answer.client = std::make_shared<NamespaceClient>(std::move(socket), namespace_name);
  SocketPacket packet = co_await answer.client->read_packet();
  if (packet.type == SocketPacketType::connect_error) {
    answer.client = nullptr;
    answer.refusal = std::move(*packet.payload);
  } else if (packet.type != SocketPacketType::connect) {
    malformed();
  }
  co_return answer;
}

}  // namespace taskrunner::net
