#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "net/byte_stream.hpp"

namespace taskrunner::net {

/// Plain TCP. Takes a connected socket; sets it non-blocking and without Nagle's delay.
class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(boost::asio::ip::tcp::socket socket);

  void wait_readable(Ready ready) override;
  void wait_writable(Ready ready) override;
  std::size_t read_some(boost::asio::mutable_buffer into, boost::system::error_code& ec) override;
  std::size_t write_some(std::span<const boost::asio::const_buffer> from, boost::system::error_code& ec) override;
  void shutdown_write() override;
  void close() override;

 private:
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace taskrunner::net
