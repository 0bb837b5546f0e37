#include "load_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

const std::string upgrade_request =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUser-Agent: bench/1.0\r\n"
    "Accept: */*\r\nAccept-Language: en\r\nAccept-Encoding: gzip, deflate\r\nCache-Control: no-cache\r\n\r\n";

/// Masked with zeros: the bytes stay, the server unmasks all the same.
std::string frame(const std::string& text) {
  std::string bytes{'\x81'};
  if (text.size() < 126) {
    bytes.push_back(static_cast<char>(0x80 | text.size()));
  } else {
    bytes.push_back('\xfe');
    bytes.push_back(static_cast<char>(text.size() >> 8));
    bytes.push_back(static_cast<char>(text.size()));
  }
  return bytes.append(4, '\0') + text;
}

}  // namespace

LoadClient::LoadClient(int port) : epoll_(epoll_create1(0)), port_(port), buffer_(1 << 20) {}

LoadClient::~LoadClient() {
  for (auto& connection : connections_)
    if (connection.fd >= 0) close(connection.fd);
  close(epoll_);
}

int LoadClient::connect() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::runtime_error("no descriptor left: raise the limit of open files");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port_));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to);
  int client = static_cast<int>(connections_.size());
  if (free_.empty()) {
    connections_.emplace_back();
  } else {
    client = free_.back();
    free_.pop_back();
  }
  connections_[static_cast<std::size_t>(client)] = {fd, false, {}};
  epoll_event event{.events = EPOLLOUT | EPOLLONESHOT, .data = {.u32 = static_cast<std::uint32_t>(client)}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  return client;
}

void LoadClient::send(int client, const std::string& text) {
  const auto bytes = frame(text);
  if (::send(connections_[static_cast<std::size_t>(client)].fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) drop(client);
}

void LoadClient::reset(int client) {
  const linger now{1, 0};
  setsockopt(connections_[static_cast<std::size_t>(client)].fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  drop(client);
}

void LoadClient::stop_reading(int client) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, connections_[static_cast<std::size_t>(client)].fd, nullptr);
}

void LoadClient::drop(int client) {
  auto& connection = connections_[static_cast<std::size_t>(client)];
  if (connection.fd < 0) return;
  close(connection.fd);
  connection = {};
  free_.push_back(client);
  ++counts_.closed;
}

bool LoadClient::run(std::chrono::milliseconds at_most, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  epoll_event events[256];
  while (!done()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    const int count = epoll_wait(epoll_, events, 256, static_cast<int>(std::min<long>(left, 100)));
    for (int i = 0; i < count; ++i) {
      const int client = static_cast<int>(events[i].data.u32);
      auto& connection = connections_[static_cast<std::size_t>(client)];
      if (connection.fd < 0) continue;
      if (events[i].events & EPOLLOUT) {
        epoll_event event{.events = EPOLLIN, .data = {.u32 = static_cast<std::uint32_t>(client)}};
        epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
        if (::send(connection.fd, upgrade_request.data(), upgrade_request.size(), MSG_NOSIGNAL) < 0) drop(client);
      } else {
        on_ready(client);
      }
    }
  }
  return true;
}

void LoadClient::on_ready(int client) {
  auto& connection = connections_[static_cast<std::size_t>(client)];
  const auto before = connection.left.size();
  std::memcpy(buffer_.data(), connection.left.data(), before);
  const auto count = recv(connection.fd, buffer_.data() + before, buffer_.size() - before, 0);
  if (count == 0 || (count < 0 && errno != EAGAIN)) return drop(client);
  if (count < 0) return;
  const auto size = before + static_cast<std::size_t>(count);
  const auto taken = take(client, buffer_.data(), size);
  auto& same = connections_[static_cast<std::size_t>(client)];
  if (same.fd >= 0) same.left.assign(buffer_.data() + taken, size - taken);
}

std::size_t LoadClient::take(int client, const char* data, std::size_t size) {
  std::size_t at = 0;
  if (!connections_[static_cast<std::size_t>(client)].upgraded) {
    const auto end = std::string_view(data, size).find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    at = end + 4;
    if (std::memcmp(data, "HTTP/1.1 101", 12) != 0) return drop(client), size;
    connections_[static_cast<std::size_t>(client)].upgraded = true;
  }
  while (size - at >= 2) {
    const auto* head = reinterpret_cast<const unsigned char*>(data + at);
    std::size_t length = head[1] & 0x7F, head_size = 2;
    if (length == 126) {
      if (size - at < 4) break;
      length = static_cast<std::size_t>(head[2]) << 8 | head[3], head_size = 4;
    } else if (length == 127) {
      if (size - at < 10) break;
      length = 0, head_size = 10;
      for (int i = 2; i < 10; ++i) length = length << 8 | head[i];
    }
    if (size - at < head_size + length) break;
    if ((head[0] & 0x0F) == 8) return drop(client), size;
    on_frame(client, data + at + head_size, length);
    at += head_size + length;
  }
  return at;
}

void LoadClient::on_frame(int client, const char* payload, std::size_t size) {
  if (size == 0) return;
  if (payload[0] == '0') return send(client, "40");
  if (payload[0] == '2') return send(client, "3");
  if (payload[0] != '4' || size < 2) return;
  if (payload[1] == '2') {
    ++counts_.events;
  } else if (payload[1] == '3') {
    ++counts_.acks;
    if (on_ack) on_ack(client);
  } else if (payload[1] == '0') {
    ++counts_.joined;
    if (on_joined) on_joined(client);
  }
}

}  // namespace bench
