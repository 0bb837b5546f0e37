#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "net/autobahn_cases.hpp"

namespace taskrunner::net::testing {

/// A blocking client for a thread of its own, where nothing it does may fail the test: what hostile programs use.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to);
    const timeval at_most{5, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &at_most, sizeof at_most);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &at_most, sizeof at_most);
  }
  RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (fd_ >= 0) close(fd_);
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// Up to and with `mark`; "" where the connection ended before, or nothing came for 5 s.
  std::string until(std::string_view mark) {
    while (received_.find(mark) == std::string::npos)
      if (!read()) return "";
    const auto end = received_.find(mark) + mark.size();
    auto text = received_.substr(0, end);
    received_.erase(0, end);
    return text;
  }
  /// True if the server ends it within 5 s.
  bool wait_end() {
    while (read()) received_.clear();
    return ended_;
  }
  /// Joins "/" over a websocket.
  bool join(const std::string& query = "") {
    return upgrade(query) && send(client_frame(1, "40")) && !until("\"}").empty();
  }
  bool upgrade(const std::string& query = "") {
    return send("GET /socket.io/?EIO=4&transport=websocket" + query +
                " HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n") &&
           until("\r\n\r\n").starts_with("HTTP/1.1 101");
  }
  /// Leaves nothing behind in the kernel.
  void reset() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(std::exchange(fd_, -1));
  }

 private:
  bool read() {
    char bytes[16384];
    const auto count = recv(fd_, bytes, sizeof bytes, 0);
    ended_ = count == 0 || (count < 0 && errno == ECONNRESET);
    if (count > 0) received_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  int fd_;
  bool ended_ = false;
  std::string received_;
};

}  // namespace taskrunner::net::testing
