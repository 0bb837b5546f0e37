#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Many Socket.IO clients over websocket in one thread, on epoll: fast enough to keep a server busy from one core.
/// Frames are counted, not looked into, beyond the two characters that tell their kind.
class LoadClient {
 public:
  struct Counts {
    std::uint64_t joined = 0, events = 0, acks = 0, closed = 0;
  };

  explicit LoadClient(int port);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  /// Starts connecting; returns the client's number. Answers handshake and pings by itself.
  int connect();
  void send(int client, const std::string& text);
  /// Without goodbye: nothing waits in the kernel afterwards.
  void reset(int client);
  /// From now on its bytes stay where they are.
  void stop_reading(int client);
  /// Handles what comes, until `done` or the time is over. True: done.
  bool run(std::chrono::milliseconds at_most, const std::function<bool()>& done);

  const Counts& counts() const { return counts_; }
  std::function<void(int client)> on_joined, on_ack;

 private:
  struct Connection {
    int fd = -1;
    bool upgraded = false;
    std::string left;  ///< an unfinished frame's beginning
  };
  void on_ready(int client);
  std::size_t take(int client, const char* data, std::size_t size);
  void on_frame(int client, const char* payload, std::size_t size);
  void drop(int client);

  int epoll_;
  int port_;
  std::vector<Connection> connections_;
  std::vector<int> free_;
  std::vector<char> buffer_;
  Counts counts_;
};

}  // namespace bench
