#include "net/http_server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <cerrno>
#include <taskrunner/error.hpp>

#include "base/log.hpp"
#include "net/http_connection.hpp"
#include "net/http_server_impl.hpp"
#include "net/tcp_stream.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"

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

std::optional<asio::ip::address> peer_address(int descriptor) {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (getpeername(descriptor, endpoint.data(), &size) != 0) return std::nullopt;
  endpoint.resize(size);
  return plain_address(endpoint.address());
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
      limits(options.limits ? options.limits
                            : std::make_shared<ConnectionLimits>(ConnectionLimits::Limits{
                                  options.max_connections, options.max_connections_per_address,
                                  options.max_connections_per_second})),
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
  acceptor.non_blocking(true, error);
  accept();
}

/// Whatever waits is taken in one go, but not so much that the others wait long.
void HttpServer::Impl::accept() {
  acceptor.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](error_code error) {
    if (error || !self->acceptor.is_open()) return;
    for (int taken = 0; taken < 64; ++taken)
      if (!self->accept_one()) break;
    if (self->acceptor.is_open() && !self->out_of_descriptors_) self->accept();
  });
}

bool HttpServer::Impl::accept_one() {
  const int descriptor = accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) {
    ++stats.accepted;
    if (taker)
      taker(descriptor);
    else
      adopt(descriptor);
    return acceptor.is_open();
  }
  if (errno == ECONNABORTED || errno == EINTR) return true;
  if (errno != EAGAIN && errno != EWOULDBLOCK) wait_retry(errno);
  return false;
}

void HttpServer::Impl::wait_retry(int error) {
  log_warning("cannot accept a connection: {}", error_code(error, boost::system::system_category()).message());
  out_of_descriptors_ = true;
  retry_.expires_after(std::chrono::milliseconds(100));  // let some close first
  retry_.async_wait([self = shared_from_this()](error_code failure) {
    self->out_of_descriptors_ = false;
    if (!failure && self->acceptor.is_open()) self->accept();
  });
}

void HttpServer::Impl::adopt(int descriptor) {
  std::unique_ptr<ByteStream> stream;
  if (options.tls)
    stream = std::make_unique<TlsStream>(io, descriptor, *options.tls);
  else
    stream = std::make_unique<TcpStream>(io, descriptor);
  const auto peer = peer_address(descriptor);
  if (!peer || stopped) return;  // gone already
  const bool exempt = peer->is_loopback() || options.trusted_proxies.contains(*peer);
  if (options.proxies_only && !exempt) {
    ++stats.refused_direct;
    return turn_away(std::move(stream), "403 Forbidden", "this server is spoken to through its proxy only\n");
  }
  auto taken = limits->take(peer->to_string(), exempt, std::chrono::steady_clock::now());
  if (!taken.slot) return refuse(std::move(stream), taken.refusal);
  auto connection = std::make_shared<HttpConnection>(shared_from_this(), std::move(stream), *peer, std::move(taken.slot));
  connections.emplace(connection.get(), connection);
  connection->start();
}

HttpResponse HttpServer::Impl::too_many(ConnectionLimits::Refusal reason) {
  count(reason);
  auto response = text_response(503, "too many connections\n");
  response.headers.add("Retry-After", std::to_string(options.retry_after_s));
  return response;
}

void HttpServer::Impl::count(ConnectionLimits::Refusal reason) {
  stats.refused_in_all += reason == ConnectionLimits::Refusal::in_all;
  stats.refused_by_address += reason == ConnectionLimits::Refusal::per_address;
  stats.refused_by_rate += reason == ConnectionLimits::Refusal::per_second;
}

void HttpServer::Impl::refuse(std::unique_ptr<ByteStream> stream, ConnectionLimits::Refusal reason) {
  count(reason);
  turn_away(std::move(stream), fmt::format("503 Service Unavailable\r\nRetry-After: {}", options.retry_after_s),
            "too many connections\n");
}

/// Answers before anything is read, and lets the client read it: closing with bytes unread would reset.
void HttpServer::Impl::turn_away(std::unique_ptr<ByteStream> stream, std::string_view head, std::string_view text) {
  if (options.tls || lingering_ >= 128) return;
  const auto answer = fmt::format("HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: {}\r\nContent-Type: text/plain\r\n\r\n{}",
                                  head, text.size(), text);
  const asio::const_buffer whole(answer.data(), answer.size());
  error_code ignored;
  stream->write_some({&whole, 1}, ignored);
  stream->shutdown_write();
  ++lingering_;
  const auto held = std::shared_ptr<ByteStream>(std::move(stream));
  const auto timer = std::make_shared<asio::steady_timer>(io, std::chrono::milliseconds(500));
  timer->async_wait([self = shared_from_this(), held, timer](error_code) {
    held->close();
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
void HttpServer::adopt(int descriptor) { impl_->adopt(descriptor); }
void HttpServer::spread(std::function<void(int)> taker) { impl_->taker = std::move(taker); }

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
