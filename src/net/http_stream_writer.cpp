#include "net/http_stream_writer.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;

void HttpConnection::StreamWriter::run(Function function, std::function<void()> done) {
  function_ = std::move(function);
  auto finished = [self = shared_from_this(), done = std::move(done)](std::exception_ptr failure) {
    self->failed_ = failure != nullptr;
    try {
      if (failure && !self->closed_) std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log_error("a streaming answer failed: {}", error.what());
    }
    done();
  };
  asio::co_spawn(io_, function_(*this), asio::bind_cancellation_slot(signal_.slot(), std::move(finished)));
}

void HttpConnection::StreamWriter::cancel() {
  closed_ = true;
  // Posted: the function may be what runs now.
  asio::post(io_, [self = shared_from_this()] { self->signal_.emit(asio::cancellation_type::terminal); });
}

void HttpConnection::StreamWriter::on_drained() {
  pending_ = false;
  drained_.cancel();
}

asio::awaitable<bool> HttpConnection::StreamWriter::write(std::string chunk) {
  if (closed_ || chunk.empty()) co_return !closed_;
  const auto self = shared_from_this();
  if (chunked_) chunk = fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  pending_ = true;
  flush(std::move(chunk));
  while (pending_ && !closed_) {
    drained_.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await drained_.async_wait(std::move(token));
  }
  co_return !closed_;
}

}  // namespace taskrunner::net
