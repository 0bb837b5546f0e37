#include "net/socketio_namespace.hpp"

#include <algorithm>

namespace taskrunner::net {

void Broadcast::emit(std::string_view event, std::string_view args) const {
  emit(PreparedEvent(namespace_.name(), event, args));
}

void Broadcast::emit(const PreparedEvent& event) const {
  namespace_.for_each([&](Socket& socket) { socket.emit(event); }, room_);
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

std::vector<std::shared_ptr<Socket>> Namespace::members(const std::string& room) const {
  if (room.empty()) return sockets_;
  std::vector<std::shared_ptr<Socket>> held;
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return held;
  held.reserve(found->second.size());
  for (const auto& [key, weak] : found->second)
    if (auto socket = weak.lock()) held.push_back(std::move(socket));
  return held;
}

void Namespace::for_each(const std::function<void(Socket&)>& visit, const std::string& room) {
  for (const auto& socket : members(room))  // a copy: a visit may make sockets go
    if (socket->connected()) visit(*socket);
}

std::size_t Namespace::size(const std::string& room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? 0 : found->second.size();
}

void Namespace::disconnect_all() {
  for_each([](Socket& socket) { socket.disconnect(); });
}

void Namespace::add(const std::shared_ptr<Socket>& socket) {
  socket->place_ = sockets_.size();
  sockets_.push_back(socket);
}

void Namespace::remove(Socket& socket) {
  const auto rooms = socket.rooms_;
  for (const auto& room : rooms) leave(socket, room);
  const auto place = socket.place_;
  std::swap(sockets_[place], sockets_.back());
  sockets_[place]->place_ = place;
  sockets_.pop_back();
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
