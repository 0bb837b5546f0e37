#include "net/http_server.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <taskrunner/error.hpp>

#include "base/log.hpp"
#include "net/http_connection.hpp"
#include "net/http_server_impl.hpp"
#include "net/tcp_stream.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How well a route fits: 0 not at all; an exact path before any prefix, a longer prefix before a shorter.
std::size_t fit(std::string_view route, std::string_view path) {
  if (route == path) return std::string_view::npos;
  return route.ends_with('/') && path.starts_with(route) ? route.size() : 0;
}

std::string shown_endpoint(const HttpServerOptions& options) {
  const bool v6 = options.address.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), options.address, options.port);
}

[[noreturn]] void throw_listen_error(const HttpServerOptions& options, const error_code& error) {
  if (error == asio::error::address_in_use)
    throw Error(ErrorCode::unavailable,
                fmt::format("cannot listen on {}: another program has that port; stop it, or choose another port",
                            shown_endpoint(options)));
  throw Error(ErrorCode::unavailable, fmt::format("cannot listen on {}: {}", shown_endpoint(options), error.message()));
}

}  // namespace

HttpServer::Impl::Impl(asio::io_context& io_context, HttpServerOptions server_options)
    : io(io_context),
      options(std::move(server_options)),
      limits(std::make_shared<ConnectionLimits>(options.max_connections, options.max_connections_per_address)),
      acceptor(io_context),
      retry_(io_context) {
  rest.handler = [](HttpRequest request, HttpResponder responder) {
    responder.respond(text_response(404, "nothing at " + request.path + "\n"));
  };
}

const HttpServer::Impl::Route* HttpServer::Impl::find_route(std::string_view path) const {
  const Route* best = &rest;
  std::size_t best_fit = 0;
  for (const auto& route : routes) {
    const auto this_fit = fit(route.path, path);
    if (this_fit > best_fit) best = &route, best_fit = this_fit;
  }
  return best;
}

const HttpServer::UpgradeHandler* HttpServer::Impl::find_upgrade(std::string_view path) const {
  const UpgradeHandler* best = nullptr;
  std::size_t best_fit = 0;
  for (const auto& [route, handler] : upgrades) {
    const auto this_fit = fit(route, path);
    if (this_fit > best_fit) best = &handler, best_fit = this_fit;
  }
  return best;
}

HttpServer::RawHandler HttpServer::Impl::as_raw(Handler handler) {
  // The handler is shared with its running coroutines: what a lambda captured must outlive them.
  auto shared = std::make_shared<Handler>(std::move(handler));
  return [this, shared](HttpRequest request, HttpResponder responder) {
    const auto path = request.path;
    auto answer = std::make_shared<HttpResponder>(std::move(responder));
    auto done = [shared, answer, path](std::exception_ptr failure, HttpResponse response) {
      if (!failure) return answer->respond(std::move(response));
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        log_error("a request to {} failed: {}", path, error.what());
      }
      answer->respond(text_response(500, "internal error\n"));
    };
    asio::co_spawn(io, (*shared)(std::move(request)), std::move(done));
  };
}

void HttpServer::Impl::listen() {
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("cannot listen on {}: \"{}\" is no IP address", shown_endpoint(options), options.address));
  const tcp::endpoint endpoint(address, options.port);
  if (acceptor.open(endpoint.protocol(), error)) throw_listen_error(options, error);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (acceptor.bind(endpoint, error) || acceptor.listen(4096, error)) {
    const auto reason = error;
    acceptor.close(error);
    throw_listen_error(options, reason);
  }
  accept();
}

void HttpServer::Impl::accept() {
  acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
    self->on_accept(error, std::move(socket));
  });
}

void HttpServer::Impl::on_accept(error_code error, tcp::socket socket) {
  if (!acceptor.is_open()) return;
  if (!error) {
    ++stats.accepted;
    admit(std::move(socket));
    return accept();
  }
  if (error == asio::error::connection_aborted) return accept();
  log_warning("cannot accept a connection: {}", error.message());
  retry_.expires_after(std::chrono::milliseconds(100));  // out of descriptors: let some close first
  retry_.async_wait([self = shared_from_this()](error_code failure) {
    if (!failure && self->acceptor.is_open()) self->accept();
  });
}

void HttpServer::Impl::admit(tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  const auto text = address.to_string();
  auto slot = limits->take(text, address.is_loopback());
  if (!slot) return refuse(std::move(socket));
  auto connection = std::make_shared<HttpConnection>(shared_from_this(), std::make_unique<TcpStream>(std::move(socket)),
                                                     text, std::move(slot));
  connections.emplace(connection.get(), connection);
  connection->start();
}

/// Answers before anything is read, and lets the client read it: closing with bytes unread would reset.
void HttpServer::Impl::refuse(tcp::socket socket) {
  ++stats.refused_by_limit;
  constexpr std::string_view answer =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 21\r\n"
      "Content-Type: text/plain\r\n\r\ntoo many connections\n";
  error_code error;
  socket.non_blocking(true, error);
  socket.write_some(asio::buffer(answer), error);
  socket.shutdown(tcp::socket::shutdown_send, error);
  if (lingering_ >= 128) return;
  ++lingering_;
  auto held = std::make_shared<tcp::socket>(std::move(socket));
  auto timer = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds(500));
  timer->async_wait([self = shared_from_this(), held, timer](error_code) {
    error_code ignored;
    held->close(ignored);
    --self->lingering_;
  });
}

void HttpServer::Impl::stop_accepting() {
  error_code ignored;
  acceptor.close(ignored);
  retry_.cancel();
  draining = true;
  const auto all = connections;
  for (const auto& [key, weak] : all)
    if (const auto connection = weak.lock()) connection->drain();
}

void HttpServer::Impl::stop() {
  if (stopped) return;
  stopped = true;
  stop_accepting();
  const auto all = connections;
  for (const auto& [key, weak] : all)
    if (const auto connection = weak.lock()) connection->close();
}

HttpServer::HttpServer(asio::io_context& io, HttpServerOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

HttpServer::~HttpServer() {
  stop();
  // Handlers may hold what holds this server.
  impl_->upgrades.clear();
}

void HttpServer::handle(std::string path, Handler handler, HttpRouteOptions options) {
  handle_raw(std::move(path), impl_->as_raw(std::move(handler)), options);
}

void HttpServer::handle_raw(std::string path, RawHandler handler, HttpRouteOptions options) {
  impl_->routes.push_back({std::move(path), std::move(handler), options});
}

void HttpServer::handle_upgrade(std::string path, UpgradeHandler handler) {
  impl_->upgrades.emplace_back(std::move(path), std::move(handler));
}

void HttpServer::handle_rest(Handler handler) { impl_->rest.handler = impl_->as_raw(std::move(handler)); }

void HttpServer::listen() { impl_->listen(); }

std::uint16_t HttpServer::local_port() const {
  error_code error;
  const auto endpoint = impl_->acceptor.local_endpoint(error);
  return error ? 0 : endpoint.port();
}

void HttpServer::stop_accepting() { impl_->stop_accepting(); }
void HttpServer::stop() { impl_->stop(); }

HttpServerStats HttpServer::stats() const {
  auto stats = impl_->stats;
  stats.connections = impl_->limits->count();
  return stats;
}

HttpResponder::HttpResponder(std::weak_ptr<Target> target, std::uint64_t request_number)
    : target_(std::move(target)), request_number_(request_number) {}

HttpResponder& HttpResponder::operator=(HttpResponder&& other) noexcept {
  if (this != &other) {
    std::exchange(target_, std::move(other.target_));
    std::swap(request_number_, other.request_number_);
  }
  return *this;
}

HttpResponder::~HttpResponder() {
  if (const auto target = target_.lock()) target->respond(request_number_, text_response(500, "no answer\n"));
}

void HttpResponder::respond(HttpResponse response) {
  const auto target = std::exchange(target_, {}).lock();
  if (target) target->respond(request_number_, std::move(response));
}

void HttpResponder::on_client_gone(std::function<void()> callback) {
  if (const auto target = target_.lock()) target->on_client_gone(request_number_, std::move(callback));
}

}  // namespace taskrunner::net
