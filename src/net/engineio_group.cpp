#include "net/engineio_group.hpp"

#include <boost/asio/post.hpp>
#include <taskrunner/error.hpp>

#include "net/engineio_server_impl.hpp"
#include "net/http_connection.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// On the session's loop, what stands for the responder that belongs to the connection's loop. Owns itself until it is
/// answered, which a responder always is.
class FarResponder final : public HttpResponder::Target, public std::enable_shared_from_this<FarResponder> {
 public:
  FarResponder(asio::io_context& here, asio::io_context& there, HttpResponder responder)
      : here_(here), there_(there), responder_(std::make_shared<HttpResponder>(std::move(responder))) {}

  HttpResponder make() {
    self_ = shared_from_this();
    return HttpResponder(self_, 0);
  }
  void respond(std::uint64_t, HttpResponse response) override {
    asio::post(there_, [to = std::move(responder_), response = std::move(response)]() mutable {
      to->respond(std::move(response));
    });
    const auto last = std::move(self_);
  }
  void on_client_gone(std::uint64_t, std::function<void()> callback) override {
    asio::post(there_, [to = responder_, &here = here_, callback = std::move(callback)] {
      to->on_client_gone([&here, callback] { asio::post(here, callback); });
    });
  }

 private:
  asio::io_context &here_, &there_;
  std::shared_ptr<HttpResponder> responder_;  ///< used and dropped there only
  std::shared_ptr<FarResponder> self_;
};

}  // namespace

std::size_t EngineGroup::add(const std::shared_ptr<EngineServer::Impl>& server) {
  if (servers_.size() == max_loops) throw Error(ErrorCode::invalid_argument, "at most 64 loops answer for each other");
  servers_.push_back(server);
  return servers_.size() - 1;
}

void EngineGroup::mark(std::string& sid, std::size_t number) { sid[0] = alphabet[number]; }

std::shared_ptr<EngineServer::Impl> EngineGroup::find(std::string_view sid) const {
  const auto number = sid.empty() ? std::string_view::npos : alphabet.find(sid[0]);
  return number < servers_.size() ? servers_[number].lock() : nullptr;
}

void EngineGroup::hand_over(asio::io_context& from, std::shared_ptr<EngineServer::Impl> to, HttpRequest request,
                            HttpResponder responder) {
  auto far = std::make_shared<FarResponder>(to->io, from, std::move(responder));
  auto& io = to->io;
  asio::post(io, [to = std::move(to), far = std::move(far), request = std::move(request)]() mutable {
    to->on_request(std::move(request), far->make());
  });
}

void EngineGroup::hand_over(std::shared_ptr<EngineServer::Impl> to, HttpRequest request, UpgradedConnection given) {
  given.stream = given.stream->move_to(to->io);
  auto& io = to->io;
  auto held = std::make_shared<UpgradedConnection>(std::move(given));
  asio::post(io, [to = std::move(to), held = std::move(held), request = std::move(request)]() mutable {
    to->on_upgrade(std::move(request), std::move(*held));
  });
}

}  // namespace taskrunner::net
