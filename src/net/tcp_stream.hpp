#pragma once

#include <boost/asio/io_context.hpp>

#include "net/byte_stream.hpp"
#include "net/poller.hpp"

namespace taskrunner::net {

/// Plain TCP. Owns a connected, non-blocking socket; sends without Nagle's delay.
class TcpStream final : public ByteStream {
 public:
  TcpStream(boost::asio::io_context& io, int fd);
  ~TcpStream() override;

  void wait_readable(Ready ready) override;
  void wait_writable(Ready ready) override;
  std::size_t read_some(boost::asio::mutable_buffer into, boost::system::error_code& ec) override;
  std::size_t write_some(std::span<const boost::asio::const_buffer> from, boost::system::error_code& ec) override;
  void shutdown_write() override;
  std::unique_ptr<ByteStream> move_to(boost::asio::io_context& io) override;
  void close() override;

 private:
  void wait();

  Poller& poller_;
  Poller::Watch watch_;
};

}  // namespace taskrunner::net
