#include "api/stream_end.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taskrunner::api {
namespace {

boost::asio::awaitable<void> write_until(BodyStream stream, std::shared_ptr<StreamEnd> end,
                                         std::shared_ptr<IdentityTerm> /*kept meanwhile*/, net::HttpBodyWriter& writer) {
  using boost::asio::experimental::awaitable_operators::operator||;
  boost::asio::awaitable<void> written = stream(writer);
  boost::asio::awaitable<void> ended = end->wait();
  co_await (std::move(written) || std::move(ended));
}

}  // namespace

boost::asio::awaitable<void> StreamEnd::wait() {
  boost::system::error_code woken;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, woken);
  if (!has_come_) co_await timer_.async_wait(std::move(token));
}

void StreamEnd::come() {
  has_come_ = true;
  timer_.cancel();
}

BodyStream until_end(BodyStream stream, std::shared_ptr<StreamEnd> end, std::shared_ptr<IdentityTerm> term) {
  return [stream = std::move(stream), end = std::move(end), term = std::move(term)](net::HttpBodyWriter& writer) {
    return write_until(stream, end, term, writer);
  };
}

}  // namespace taskrunner::api
