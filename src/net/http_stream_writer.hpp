#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "net/http_connection.hpp"

namespace taskrunner::net {

/// Runs the stream function of one answer and frames its chunks (RFC 9112 section 7.1).
class HttpConnection::StreamWriter final : public HttpBodyWriter, public std::enable_shared_from_this<StreamWriter> {
 public:
  using Function = std::function<boost::asio::awaitable<void>(HttpBodyWriter&)>;

  StreamWriter(boost::asio::io_context& io, bool chunked) : io_(io), drained_(io), chunked_(chunked) {}

  /// Calls `done` when the function returned or threw (see failed()).
  void run(Function function, std::function<void()> done);
  /// The client is gone: ends what the function awaits.
  void cancel();
  void on_drained();
  bool failed() const { return failed_; }

  boost::asio::awaitable<bool> write(std::string chunk) override;
  bool closed() const override { return closed_; }

  std::function<void(std::string)> flush;  ///< the connection's: takes framed bytes

 private:
  boost::asio::io_context& io_;
  boost::asio::steady_timer drained_;
  boost::asio::cancellation_signal signal_;
  Function function_;
  bool chunked_;
  bool pending_ = false;
  bool closed_ = false;
  bool failed_ = false;
};

}  // namespace taskrunner::net
