#include "net/tcp_stream.hpp"

#include <boost/asio/error.hpp>

namespace taskrunner::net {

namespace asio = boost::asio;
using boost::system::error_code;

TcpStream::TcpStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void TcpStream::wait_readable(Ready ready) {
  socket_.async_wait(asio::socket_base::wait_read, std::move(ready));
}

void TcpStream::wait_writable(Ready ready) {
  socket_.async_wait(asio::socket_base::wait_write, std::move(ready));
}

std::size_t TcpStream::read_some(asio::mutable_buffer into, error_code& ec) { return socket_.read_some(into, ec); }

std::size_t TcpStream::write_some(std::span<const asio::const_buffer> from, error_code& ec) {
  return socket_.write_some(from, ec);  // Asio looks at 64 buffers at most
}

void TcpStream::shutdown_write() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void TcpStream::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace taskrunner::net
