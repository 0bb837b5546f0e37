#include "net/socketio_socket.hpp"

#include <boost/json/serialize.hpp>

#include "base/base64.hpp"
#include "base/log.hpp"
#include "net/socketio_connection.hpp"

namespace taskrunner::net {

namespace {

/// `["event",args` without the closing bracket.
std::string opened_event(std::string_view event, std::string_view args) {
  auto text = "[" + json_quote(event);
  if (!args.empty()) text.append(",").append(args);
  return text;
}

/// Attachments take the places of their placeholders as base64 text.
void fill_in(boost::json::value& value, const std::vector<std::string>& attachments) {
  if (const auto number = placeholder_number(value); number && *number < attachments.size()) {
    value = base64_encode(attachments[*number]);
  } else if (value.is_array()) {
    for (auto& item : value.get_array()) fill_in(item, attachments);
  } else if (value.is_object()) {
    for (auto& item : value.get_object()) fill_in(item.value(), attachments);
  }
}

}  // namespace

struct Ack::State {
  std::weak_ptr<Socket> socket;
  std::uint64_t id;
  bool used = false;
};

Ack::Ack(std::weak_ptr<Socket> socket, std::uint64_t id)
    : state_(std::make_shared<State>(State{std::move(socket), id, false})) {}

void Ack::operator()(std::string_view args) const {
  if (!state_ || std::exchange(state_->used, true)) return;
  const auto socket = state_->socket.lock();
  const auto connection = socket && socket->connected_ ? socket->connection_.lock() : nullptr;
  if (!connection) return;
  connection->send(socket_packet_head(SocketPacketType::ack, socket->namespace_name(), state_->id)
                       .append("[")
                       .append(args)
                       .append("]"));
}

void Ack::send_binary(std::string_view args, std::vector<std::string> attachments) const {
  if (!state_ || std::exchange(state_->used, true)) return;
  const auto socket = state_->socket.lock();
  const auto connection = socket && socket->connected_ ? socket->connection_.lock() : nullptr;
  if (!connection) return;
  connection->send(
      socket_packet_head(SocketPacketType::binary_ack, socket->namespace_name(), state_->id, attachments.size())
          .append("[")
          .append(args)
          .append("]"));
  for (auto& bytes : attachments) connection->send_binary(std::move(bytes));
}

PreparedEvent::PreparedEvent(std::string_view namespace_name, std::string_view event, std::string_view args)
    : payload_(std::make_shared<const std::string>(socket_packet_head(SocketPacketType::event, namespace_name) +
                                                   opened_event(event, args) + "]")) {}

SharedTail::SharedTail(std::string_view args) : text_(std::make_shared<const std::string>(std::string(args) + "]")) {}

Socket::Socket(std::weak_ptr<SocketIoConnection> connection, Namespace& where, std::string id,
               std::shared_ptr<const Handshake> handshake)
    : connection_(std::move(connection)),
      namespace_(&where),
      id_(std::move(id)),
      handshake_(std::move(handshake)),
      handlers_(std::make_shared<Handlers>()) {}

void Socket::on(std::string event, EventHandler handler) {
  on_raw(std::move(event), [handler = std::move(handler)](Event received) {
    if (!received.attachments.empty())
      for (auto& arg : received.args) fill_in(arg, received.attachments);
    handler(std::move(received.args), std::move(received.ack));
  });
}

void Socket::on_raw(std::string event, RawEventHandler handler) {
  handlers_->events.insert_or_assign(std::move(event), std::make_shared<const RawEventHandler>(std::move(handler)));
}
void Socket::on_any(RawEventHandler handler) {
  handlers_->any = std::make_shared<const RawEventHandler>(std::move(handler));
}
void Socket::on_disconnect(std::function<void(std::string_view)> handler) { handlers_->disconnect = std::move(handler); }
void Socket::on_drain(std::function<void()> handler) { handlers_->drain = std::move(handler); }

void Socket::receive(Event event) {
  const auto held = handlers_;
  const auto found = held->events.find(event.name);
  const auto handler = found != held->events.end() ? found->second : held->any;
  if (!handler) return;
  const auto name = event.name;
  try {
    (*handler)(std::move(event));
  } catch (const std::exception& error) {
    log_error("the handler of event {} failed: {}", name, error.what());
  }
}

void Socket::receive_answer(std::uint64_t id, boost::json::array args) {
  const auto found = handlers_->answers.find(id);
  if (found == handlers_->answers.end()) return;
  const auto handler = std::move(found->second.handler);
  handlers_->answers.erase(found);
  handler(std::move(args));
}

void Socket::lose(std::string_view reason) {
  const auto held = handlers_;
  auto answers = std::exchange(held->answers, {});
  for (auto& [id, waiting] : answers) waiting.handler(std::nullopt);
  if (const auto handler = std::exchange(held->disconnect, nullptr)) handler(reason);
  // Handlers may hold this socket: without them it can go.
  handlers_ = std::make_shared<Handlers>();
}

void Socket::send(std::string head, std::shared_ptr<const std::string> tail, std::string key) {
  const auto connection = connected_ ? connection_.lock() : nullptr;
  if (connection) connection->send(std::move(head), std::move(tail), std::move(key));
}

void Socket::emit(std::string_view event, std::string_view args) {
  send(socket_packet_head(SocketPacketType::event, namespace_name()) + opened_event(event, args) + "]", {}, {});
}

void Socket::emit(const PreparedEvent& event) { send({}, event.payload_, {}); }

void Socket::emit(std::string_view event, std::string_view head, const SharedTail& tail) {
  send(socket_packet_head(SocketPacketType::event, namespace_name()).append(opened_event(event, head)), tail.text_, {});
}

void Socket::emit_latest(std::string_view key, std::string_view event, std::string_view args) {
  emit_latest(key, PreparedEvent(namespace_name(), event, args));
}

void Socket::emit_latest(std::string_view key, const PreparedEvent& event) {
  send({}, event.payload_, namespace_name() + '\n' + std::string(key));
}

void Socket::emit_binary(std::string_view event, std::string_view args, std::vector<std::string> attachments) {
  const auto connection = connected_ ? connection_.lock() : nullptr;
  if (!connection) return;
  connection->send(socket_packet_head(SocketPacketType::binary_event, namespace_name(), {}, attachments.size()) +
                   opened_event(event, args) + "]");
  for (auto& bytes : attachments) connection->send_binary(std::move(bytes));
}

void Socket::emit_with_ack(std::string_view event, std::string_view args, int timeout_ms, AnswerHandler handler) {
  const auto connection = connected_ ? connection_.lock() : nullptr;
  if (!connection) return handler(std::nullopt);
  const auto id = handlers_->next_answer++;
  auto& waiting = handlers_->answers[id];
  waiting.handler = std::move(handler);
  waiting.timer = connection->make_timer(timeout_ms);
  waiting.timer->async_wait([weak = weak_from_this(), id](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    const auto found = self->handlers_->answers.find(id);
    if (found == self->handlers_->answers.end()) return;
    const auto late = std::move(found->second.handler);
    self->handlers_->answers.erase(found);
    late(std::nullopt);
  });
  connection->send(socket_packet_head(SocketPacketType::event, namespace_name(), id) + opened_event(event, args) + "]");
}

void Socket::join(const std::string& room) {
  if (connected_) namespace_->join(*this, room);
}
void Socket::leave(const std::string& room) {
  if (connected_) namespace_->leave(*this, room);
}

void Socket::disconnect(bool close_connection) {
  const auto connection = connected_ ? connection_.lock() : nullptr;
  if (!connection) return;
  connection->send(namespace_name() == "/" ? "41" : "41" + namespace_name() + ",");
  connection->drop(*this, "server namespace disconnect");
  if (close_connection) connection->close("server namespace disconnect");
}

bool Socket::congested() const {
  const auto connection = connection_.lock();
  return connection && connection->session().congested();
}

std::size_t Socket::queued_bytes() const {
  const auto connection = connection_.lock();
  return connection ? connection->session().queued_bytes() : 0;
}

}  // namespace taskrunner::net
