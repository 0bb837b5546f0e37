#include "net/socketio_connection.hpp"

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;

SocketIoConnection::SocketIoConnection(std::shared_ptr<SocketIoServer::Impl> server,
                                       std::shared_ptr<EngineSession> session, const HttpRequest& request)
    : server_(std::move(server)), session_(std::move(session)) {
  auto kept = std::make_shared<HttpRequest>();  // neither target nor body
  kept->headers = request.headers;
  kept->query = request.query;
  kept->remote_address = request.remote_address;
  kept->client_certificate = request.client_certificate;
  opened_by_ = std::move(kept);
}

void SocketIoConnection::start() { wait_connect(); }

void SocketIoConnection::wait_connect() {
  connect_timer_ =
      std::make_unique<asio::steady_timer>(server_->io, std::chrono::milliseconds(server_->options.connect_timeout_ms));
  connect_timer_->async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error && !self->closed_) self->close("connect timeout");
  });
}

void SocketIoConnection::send(std::string head, std::shared_ptr<const std::string> tail, std::string key) {
  if (!closed_) session_->send({WebSocketOpcode::text, std::move(head), std::move(tail), std::move(key)});
}

void SocketIoConnection::send_binary(std::string bytes) {
  if (!closed_) session_->send({WebSocketOpcode::binary, std::move(bytes), nullptr, {}});
}

void SocketIoConnection::close(std::string_view reason) { session_->close(reason); }

void SocketIoConnection::on_text(std::string_view text) {
  auto packet = partial_ ? std::nullopt : decode_socket_packet(text, server_->options.max_attachments);
  if (!packet) return close("parse error");
  if (packet->attachments > 0) {
    partial_ = std::move(packet);
    return;
  }
  on_packet(std::move(*packet));
}

void SocketIoConnection::on_binary(std::string_view bytes) {
  if (!partial_) return close("parse error");
  attachment_bytes_ += bytes.size();
  if (attachment_bytes_ > server_->options.max_attachment_bytes) return close("parse error");
  attachments_.emplace_back(bytes);
  if (attachments_.size() < partial_->attachments) return;
  auto packet = std::move(*partial_);
  partial_.reset();
  attachment_bytes_ = 0;
  on_packet(std::move(packet));
  attachments_.clear();
}

void SocketIoConnection::on_packet(SocketPacket packet) {
  if (packet.type == SocketPacketType::connect) return on_connect(std::move(packet));
  const auto found = sockets_.find(packet.namespace_name);
  // A client that did not join first breaks the protocol; one whose namespace we just closed does not know yet.
  if (found == sockets_.end() && sockets_.empty() && connect_timer_) return close("parse error");
  if (found == sockets_.end() || !found->second) return;
  const auto socket = found->second;
  auto attachments = std::exchange(attachments_, {});
  switch (packet.type) {
    case SocketPacketType::disconnect: return drop(*socket, "client namespace disconnect");
    case SocketPacketType::event:
    case SocketPacketType::binary_event: {
      auto& array = packet.payload->get_array();
      Event event;
      event.name = array[0].is_string() ? std::string(array[0].get_string()) : std::to_string(array[0].to_number<double>());
      array.erase(array.begin());
      event.args = std::move(array);
      event.attachments = std::move(attachments);
      if (packet.id) event.ack = Ack(socket, *packet.id);
      return socket->receive(std::move(event));
    }
    case SocketPacketType::ack:
    case SocketPacketType::binary_ack: return socket->receive_answer(*packet.id, std::move(packet.payload->get_array()));
    default: return close("parse error");
  }
}

void SocketIoConnection::on_connect(SocketPacket packet) {
  const auto& name = packet.namespace_name;
  if (sockets_.contains(name)) return close("parse error");
  auto* where = server_->find_or_make(name);
  if (!where) return refuse(name, "Invalid namespace");
  if (sockets_.size() >= server_->options.max_namespaces) return refuse(name, "too many namespaces on one connection");
  auto auth = packet.payload ? std::move(*packet.payload) : boost::json::value(boost::json::object());
  auto handshake = std::make_shared<const Handshake>(opened_by_, name, std::move(auth));
  sockets_[name] = nullptr;
  if (!where->handlers_ || !where->handlers_->on_connect_request) return admit(std::move(handshake), {});
  ask(std::move(handshake), *where);
}

void SocketIoConnection::ask(std::shared_ptr<const Handshake> handshake, Namespace& where) {
  const auto handlers = where.handlers_;
  auto done = [self = shared_from_this(), handshake, handlers](std::exception_ptr failure, ConnectDecision decision) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log_error("the middleware of {} failed: {}", handshake->namespace_name, error.what());
      decision = ConnectDecision::refuse("Internal error");
    }
    self->admit(handshake, decision);
  };
  asio::co_spawn(server_->io, handlers->on_connect_request(handshake), std::move(done));
}

void SocketIoConnection::admit(std::shared_ptr<const Handshake> handshake, const ConnectDecision& decision) {
  const auto name = handshake->namespace_name;
  auto* where = closed_ ? nullptr : server_->find_or_make(name);
  if (!where || !decision.accepted) {
    sockets_.erase(name);
    server_->sweep(name);
    if (!closed_) refuse(name, where ? decision.message : "Invalid namespace", decision.data_json);
    return;
  }
  connect_timer_.reset();
  auto socket = std::make_shared<Socket>(weak_from_this(), *where, random_session_id(), std::move(handshake));
  sockets_[name] = socket;
  socket->user_data = decision.user_data;
  socket->connected_ = true;
  where->add(socket);
  ++server_->sockets;
  send(socket_packet_head(SocketPacketType::connect, name) + "{\"sid\":\"" + socket->id() + "\"}");
  const auto handlers = where->handlers_;
  if (handlers && handlers->on_connection) handlers->on_connection(socket);
}

void SocketIoConnection::refuse(const std::string& name, std::string_view message, std::string_view data_json) {
  auto packet = socket_packet_head(SocketPacketType::connect_error, name) + "{\"message\":" + json_quote(message);
  if (!data_json.empty()) packet.append(",\"data\":").append(data_json);
  send(packet + "}");
}

void SocketIoConnection::drop(Socket& socket, std::string_view reason) {
  if (!socket.connected_) return;
  const auto held = socket.shared_from_this();
  const auto name = socket.namespace_name();
  socket.connected_ = false;
  socket.namespace_->remove(socket);
  sockets_.erase(name);
  --server_->sockets;
  socket.lose(reason);
  server_->sweep(name);
}

void SocketIoConnection::on_drain() {
  const auto all = sockets_;
  for (const auto& [name, socket] : all)
    if (socket && socket->connected_ && socket->handlers_->drain) socket->handlers_->drain();
}

void SocketIoConnection::on_close(std::string_view reason) {
  const auto self = shared_from_this();
  closed_ = true;
  connect_timer_.reset();
  const auto all = sockets_;
  for (const auto& [name, socket] : all)
    if (socket) drop(*socket, reason);
}

}  // namespace taskrunner::net
