#pragma once

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace taskrunner::net::testing {

/// Runs the loop until `done`, at most 10 s: a test waits for events, never for time.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_one_for(std::chrono::milliseconds(100));
  }
  return done();
}

/// As a query parameter's value.
inline std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte))
      encoded += c;
    else
      encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return encoded;
}

/// A client on a raw socket, on the server's own loop: what came is in `received`.
class TestClient {
 public:
  TestClient(boost::asio::io_context& io, std::uint16_t port) : io_(io), socket_(io) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    read();
  }

  void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
  void close() { socket_.close(); }
  void half_close() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

  /// Everything up to and with `mark`, taken from the front of what comes; "" if it never comes.
  std::string until(std::string_view mark) {
    if (!run_until(io_, [&] { return received.find(mark) != std::string::npos || ended; }) ||
        received.find(mark) == std::string::npos)
      return "";
    const auto end = received.find(mark) + mark.size();
    auto text = received.substr(0, end);
    received.erase(0, end);
    return text;
  }
  std::string take(std::size_t count) {
    run_until(io_, [&] { return received.size() >= count || ended; });
    auto bytes = received.substr(0, count);
    received.erase(0, bytes.size());
    return bytes;
  }
  bool wait_end() {
    return run_until(io_, [&] { return ended; });
  }

  struct Answer {
    int status = 0;
    std::string head, body;
  };
  /// One answer with a Content-Length (or none).
  Answer answer() {
    Answer answer;
    answer.head = until("\r\n\r\n");
    if (answer.head.size() < 12) return answer;
    answer.status = std::stoi(answer.head.substr(9, 3));
    const auto at = answer.head.find("Content-Length: ");
    if (at != std::string::npos) answer.body = take(std::stoul(answer.head.substr(at + 16)));
    return answer;
  }
  Answer get(const std::string& target, const std::string& fields = "") {
    send("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    return answer();
  }
  Answer post(const std::string& target, const std::string& body, const std::string& fields = "") {
    send("POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
         "\r\n" + body);
    return answer();
  }

  // Websocket.
  std::string upgrade(const std::string& target, const std::string& fields = "") {
    send("GET " + target +
         " HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + fields + "\r\n");
    return until("\r\n\r\n");
  }
  void send_text(std::string_view text) { send_frame(0x81, text); }
  void send_frame(int first, std::string_view payload) {
    std::string frame{static_cast<char>(first)};
    if (payload.size() < 126) {
      frame.push_back(static_cast<char>(0x80 | payload.size()));
    } else {
      frame.push_back(static_cast<char>(0x80 | 126));
      frame.push_back(static_cast<char>(payload.size() >> 8));
      frame.push_back(static_cast<char>(payload.size()));
    }
    send(frame.append(4, '\0').append(payload));
  }
  /// The next frame: its first byte and then its payload; "" if the connection ended.
  std::string frame() {
    auto head = take(2);
    if (head.size() < 2) return "";
    std::size_t size = static_cast<unsigned char>(head[1]);
    const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (more) size = 0;
    for (const char c : take(more)) size = size << 8 | static_cast<unsigned char>(c);
    return head.substr(0, 1) + take(size);
  }
  /// The next text message.
  std::string text() {
    const auto next = frame();
    return next.empty() || next[0] != '\x81' ? "" : next.substr(1);
  }

  std::string received;
  bool ended = false;

 private:
  void read() {
    auto handler = [this, alive = std::weak_ptr<int>(alive_)](boost::system::error_code error, std::size_t count) {
      if (error == boost::asio::error::operation_aborted || alive.expired()) return;
      ended = static_cast<bool>(error);
      received.append(buffer_, count);
      if (!error) read();
    };
    socket_.async_read_some(boost::asio::buffer(buffer_), std::move(handler));
  }

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  char buffer_[65536];
};

}  // namespace taskrunner::net::testing
