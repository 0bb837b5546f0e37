#pragma once

#include <memory>
#include <string>

#include "net/byte_stream.hpp"
#include "net/poller.hpp"

struct ssl_st;

namespace taskrunner::net {

class TlsContext;

/// The server's side of TLS. Owns a connected, non-blocking socket; the handshake is part of the first reads.
class TlsStream final : public ByteStream {
 public:
  TlsStream(boost::asio::io_context& io, int fd, const TlsContext& context);
  ~TlsStream() override;

  void wait_readable(Ready ready) override;
  void wait_writable(Ready ready) override;
  std::size_t read_some(boost::asio::mutable_buffer into, boost::system::error_code& ec) override;
  std::size_t write_some(std::span<const boost::asio::const_buffer> from, boost::system::error_code& ec) override;
  std::string peer_certificate() const override;
  void shutdown_write() override;
  std::unique_ptr<ByteStream> move_to(boost::asio::io_context& io) override;
  void close() override;

 private:
  using Tls = std::unique_ptr<ssl_st, void (*)(ssl_st*)>;
  TlsStream(boost::asio::io_context& io, int fd, Tls tls);

  void wait();
  boost::system::error_code error_of(int result);
  /// What the socket did not take goes out by itself; the caller is asked to wait meanwhile.
  void keep(std::string_view bytes);
  void wait_unsent();
  void send_unsent();

  boost::asio::io_context& io_;
  Poller& poller_;
  Poller::Watch watch_;
  Tls tls_;
  std::string unsent_;  ///< taken from the caller, encrypted in part: TLS cannot forget it
  Ready ready_;         ///< the caller's, until unsent_ is empty
  bool broken_ = false;
  bool shut_ = false;  ///< no more writes behind unsent_
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace taskrunner::net
