#include "net/socketio_namespace.hpp"

#include <algorithm>

namespace taskrunner::net {

void Broadcast::emit(std::string_view event, std::string_view args) const {
  const PreparedEvent prepared(namespace_.name(), event, args);
  namespace_.for_each([&](Socket& socket) { socket.emit(prepared); }, room_);
}

void Broadcast::emit_latest(std::string_view key, std::string_view event, std::string_view args) const {
  const PreparedEvent prepared(namespace_.name(), event, args);
  namespace_.for_each([&](Socket& socket) { socket.emit_latest(key, prepared); }, room_);
}

Namespace::Namespace(std::string name, std::shared_ptr<const NamespaceHandlers> handlers)
    : name_(std::move(name)), handlers_(std::move(handlers)) {}

void Namespace::emit(std::string_view event, std::string_view args) { emit(PreparedEvent(name_, event, args)); }

void Namespace::emit(const PreparedEvent& event) {
  for_each([&](Socket& socket) { socket.emit(event); });
}

void Namespace::emit_latest(std::string_view key, std::string_view event, std::string_view args) {
  to({}).emit_latest(key, event, args);
}

void Namespace::for_each(const std::function<void(Socket&)>& visit, const std::string& room) {
  const auto found = room.empty() ? rooms_.end() : rooms_.find(room);
  if (!room.empty() && found == rooms_.end()) return;
  const auto& members = room.empty() ? sockets_ : found->second;
  std::vector<std::shared_ptr<Socket>> held;  // a visit may make sockets go
  held.reserve(members.size());
  for (const auto& [key, weak] : members)
    if (auto socket = weak.lock()) held.push_back(std::move(socket));
  for (const auto& socket : held)
    if (socket->connected()) visit(*socket);
}

std::size_t Namespace::size(const std::string& room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? 0 : found->second.size();
}

void Namespace::disconnect_all() {
  for_each([](Socket& socket) { socket.disconnect(); });
}

void Namespace::add(const std::shared_ptr<Socket>& socket) { sockets_.emplace(socket.get(), socket); }

void Namespace::remove(Socket& socket) {
  const auto rooms = socket.rooms_;
  for (const auto& room : rooms) leave(socket, room);
  sockets_.erase(&socket);
}

void Namespace::join(Socket& socket, const std::string& room) {
  if (rooms_[room].emplace(&socket, socket.weak_from_this()).second) socket.rooms_.push_back(room);
}

void Namespace::leave(Socket& socket, const std::string& room) {
  std::erase(socket.rooms_, room);
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return;
  found->second.erase(&socket);
  if (found->second.empty()) rooms_.erase(found);
}

}  // namespace taskrunner::net
