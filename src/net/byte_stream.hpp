#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace taskrunner::net {

/// The seam between protocols and the wire: plain TCP now, TLS by another implementation.
/// Readiness, not completion: nothing holds a buffer while a connection is idle.
/// Owned by one connection, used on its loop's thread only.
class ByteStream {
 public:
  /// Called once; `ec` is set when the stream was closed or broke meanwhile.
  using Ready = std::function<void(boost::system::error_code ec)>;

  virtual ~ByteStream() = default;

  /// At most one of each waits at a time. The handler runs from the loop, never from inside the call.
  virtual void wait_readable(Ready ready) = 0;
  virtual void wait_writable(Ready ready) = 0;

  /// Never block: `would_block` in `ec` says wait first, `eof` that the peer sends no more.
  virtual std::size_t read_some(boost::asio::mutable_buffer into, boost::system::error_code& ec) = 0;
  /// Gathers; may take less than all. At most 64 buffers are looked at.
  virtual std::size_t write_some(std::span<const boost::asio::const_buffer> from,
                                 boost::system::error_code& ec) = 0;

  /// The subject of the peer's verified certificate (RFC 2253), or empty.
  virtual std::string peer_certificate() const { return {}; }

  /// No more writes; what was written still reaches the peer.
  virtual void shutdown_write() = 0;
  /// The same connection on another loop; this one is spent. No wait may be pending. May be called on either thread,
  /// used on the other's only.
  virtual std::unique_ptr<ByteStream> move_to(boost::asio::io_context& io) = 0;
  /// Ends everything; pending waits come back with operation_aborted. Idempotent.
  virtual void close() = 0;
};

}  // namespace taskrunner::net
