#pragma once

#include "api/identity_term.hpp"
#include "net/http_message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace taskrunner::api {

/// A moment that a coroutine waits for. One loop only.
class StreamEnd {
 public:
  explicit StreamEnd(boost::asio::io_context& io) : timer_(io, boost::asio::steady_timer::time_point::max()) {}

  boost::asio::awaitable<void> wait();
  void come();

 private:
  boost::asio::steady_timer timer_;
  bool has_come_ = false;
};

using BodyStream = std::function<boost::asio::awaitable<void>(net::HttpBodyWriter&)>;

/// The same stream, cut off at that end. It keeps the term that brings the end about.
BodyStream until_end(BodyStream stream, std::shared_ptr<StreamEnd> end, std::shared_ptr<IdentityTerm> term);

}  // namespace taskrunner::api
