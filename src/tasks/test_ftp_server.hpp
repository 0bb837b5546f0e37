#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

namespace taskrunner::tasks {

/// For tests: an FTP server of one file and one session. Source: RFC 959, RFC 2428 (EPSV), RFC 3659 (SIZE, REST).
class TestFtpServer {
 public:
  explicit TestFtpServer(std::string content) : content_(std::move(content)), control_(listen_on_any()), data_(listen_on_any()) {
    thread_ = std::thread([this] { serve(); });
  }
  ~TestFtpServer() {
    shutdown(control_, SHUT_RDWR);
    shutdown(data_, SHUT_RDWR);
    if (session_ >= 0) shutdown(session_, SHUT_RDWR);  // clients keep it for their next file
    thread_.join();
    if (session_ >= 0) close(session_);
    close(control_);
    close(data_);
  }

  std::string url(const std::string& path) const { return "ftp://127.0.0.1:" + std::to_string(port_of(control_)) + path; }
  /// Of the file; ask after the download ended.
  std::size_t sent_bytes() const { return sent_bytes_; }

 private:
  static int listen_on_any() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 4) != 0)
      throw std::runtime_error("cannot listen");
    return listener;
  }
  static int port_of(int listener) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
  }
  static void say(int connection, const std::string& line) {
    const std::string text = line + "\r\n";
    send(connection, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void serve() {
    const int session = accept4(control_, nullptr, nullptr, SOCK_CLOEXEC);
    session_ = session;
    if (session < 0) return;
    say(session, "220 ready");
    std::string line;
    for (char c = 0; recv(session, &c, 1, 0) == 1;) {
      if (c == '\n') {
        answer(session, line.substr(0, line.find('\r')));
        line.clear();
      } else {
        line += c;
      }
    }
  }
  void answer(int session, const std::string& line) {
    const auto verb = line.substr(0, line.find(' '));
    if (verb == "USER") return say(session, "230 in");
    if (verb == "PWD") return say(session, "257 \"/\"");
    if (verb == "EPSV") return say(session, "229 ok (|||" + std::to_string(port_of(data_)) + "|)");
    if (verb == "TYPE" || verb == "CWD") return say(session, "200 ok");
    if (verb == "SIZE") return say(session, "213 " + std::to_string(content_.size()));
    if (verb == "REST") {
      from_ = std::stoul(line.substr(5));
      return say(session, "350 go on");
    }
    if (verb == "RETR" && line != "RETR file.bin") return say(session, "550 no such file");
    if (verb == "RETR") return give(session);
    say(session, verb == "QUIT" ? "221 bye" : "502 unknown");
  }
  void give(int session) {
    say(session, "150 here it comes");
    const int connection = accept4(data_, nullptr, nullptr, SOCK_CLOEXEC);
    for (std::size_t at = from_; at < content_.size();) {
      const auto sent = send(connection, content_.data() + at, content_.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) break;
      at += static_cast<std::size_t>(sent);
      sent_bytes_ += static_cast<std::size_t>(sent);
    }
    close(connection);
    say(session, "226 done");
  }

  const std::string content_;
  const int control_;
  const int data_;
  std::atomic<int> session_{-1};
  std::size_t from_ = 0;
  std::atomic<std::size_t> sent_bytes_{0};
  std::thread thread_;
};

}  // namespace taskrunner::tasks
