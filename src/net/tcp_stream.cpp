#include "net/tcp_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

namespace taskrunner::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
error_code last_error() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return asio::error::would_block;
  return {errno, boost::system::system_category()};
}
}  // namespace

TcpStream::TcpStream(asio::io_context& io, int fd) : poller_(Poller::of(io)) {
  watch_.fd = fd;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

TcpStream::~TcpStream() { close(); }

void TcpStream::wait_readable(Ready ready) {
  watch_.on_readable = std::move(ready);
  wait();
}

void TcpStream::wait_writable(Ready ready) {
  watch_.on_writable = std::move(ready);
  wait();
}

void TcpStream::wait() {
  if (watch_.fd >= 0)
    poller_.wait(watch_);
  else
    poller_.remove(watch_);  // tells whoever waits on a closed stream
}

std::size_t TcpStream::read_some(asio::mutable_buffer into, error_code& ec) {
  ec = {};
  const auto count = recv(watch_.fd, into.data(), into.size(), 0);
  if (count > 0) return static_cast<std::size_t>(count);
  ec = count == 0 ? error_code(asio::error::eof) : last_error();
  return 0;
}

std::size_t TcpStream::write_some(std::span<const asio::const_buffer> from, error_code& ec) {
  ec = {};
  ssize_t count = 0;
  if (from.size() == 1) {
    count = send(watch_.fd, from[0].data(), from[0].size(), MSG_NOSIGNAL);
  } else {
    std::array<iovec, 64> parts;
    msghdr message{};
    message.msg_iov = parts.data();
    for (const auto& buffer : from.first(std::min(from.size(), parts.size())))
      parts[message.msg_iovlen++] = {const_cast<void*>(buffer.data()), buffer.size()};
    count = sendmsg(watch_.fd, &message, MSG_NOSIGNAL);
  }
  if (count >= 0) return static_cast<std::size_t>(count);
  ec = last_error();
  return 0;
}

void TcpStream::shutdown_write() { shutdown(watch_.fd, SHUT_WR); }

std::unique_ptr<ByteStream> TcpStream::move_to(asio::io_context& io) {
  poller_.remove(watch_);
  return std::make_unique<TcpStream>(io, std::exchange(watch_.fd, -1));
}

void TcpStream::close() {
  if (watch_.fd < 0) return;
  poller_.remove(watch_);
  ::close(std::exchange(watch_.fd, -1));
}

}  // namespace taskrunner::net
