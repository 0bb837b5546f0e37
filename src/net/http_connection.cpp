#include "net/http_connection.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.hpp"
#include "net/http_stream_writer.hpp"

namespace taskrunner::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

namespace {
constexpr std::size_t pipelined_limit_bytes = 64 * 1024;

/// RFC 9457: what is refused before any handler looks as what handlers refuse.
HttpResponse problem_response(unsigned status, const std::string& detail) {
  const boost::json::object problem = {
      {"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", detail}};
  return text_response(status, boost::json::serialize(problem), "application/problem+json");
}
}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::Impl> server, std::unique_ptr<ByteStream> stream,
                               asio::ip::address peer, std::shared_ptr<void> slot)
    : server_(std::move(server)),
      stream_(std::move(stream)),
      peer_(peer),
      client_(std::move(peer)),
      slot_(std::move(slot)),
      parser_(server_->options.header_limit_bytes),
      deadline_timer_(server_->io) {}

HttpConnection::~HttpConnection() { server_->connections.erase(this); }

void HttpConnection::start() {
  set_deadline(server_->options.idle_timeout_ms);
  wait_readable();
}

void HttpConnection::close() {
  if (state_ == State::closed) return;
  const bool streaming = state_ == State::streaming;
  state_ = State::closed;
  if (stream_) stream_->close();
  slot_.reset();
  client_slot_.reset();
  held_.reset();
  deadline_timer_.cancel();
  server_->connections.erase(this);
  if (streaming) writer_->cancel();
  if (const auto gone = std::exchange(client_gone_, nullptr)) gone();
}

void HttpConnection::drain() {
  keep_alive_ = false;
  if (state_ == State::reading && input_.empty() && parser_.state() == HttpParser::State::head) close();
}

void HttpConnection::wait_readable() {
  if (reading_ || input_ended_ || state_ == State::closed || !stream_) return;
  reading_ = true;
  stream_->wait_readable([self = shared_from_this()](error_code error) {
    self->reading_ = false;
    if (self->state_ == State::closed || !self->stream_) return;
    if (error) return self->close();
    self->on_readable();
  });
}

void HttpConnection::on_readable() {
  auto& buffer = server_->buffers.read;
  error_code error;
  const auto count = stream_->read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block) return wait_readable();
  if (error == asio::error::eof) return on_input_end();
  if (error) return close();
  if (state_ == State::lingering) return wait_readable();  // thrown away
  if (input_.empty() && parser_.state() == HttpParser::State::head && state_ == State::reading)
    set_deadline(server_->options.header_timeout_ms);
  input_.append(buffer.data(), count);
  if (state_ == State::reading) process_input();
  if (stream_ && input_.size() < pipelined_limit_bytes + server_->options.header_limit_bytes) wait_readable();
}

void HttpConnection::on_input_end() {
  input_ended_ = true;
  if (state_ == State::reading || state_ == State::lingering || state_ == State::streaming) return close();
  // A half-closed client still gets its answer; who waits for something to happen is told.
  keep_alive_ = false;
  if (const auto gone = std::exchange(client_gone_, nullptr)) gone();
}

void HttpConnection::process_input() {
  if (processing_) return;
  processing_ = true;
  const auto self = shared_from_this();
  while (state_ == State::reading && stream_) {
    const bool had_head = parser_.state() != HttpParser::State::head;
    if (input_.empty() && !(had_head)) break;
    const auto consumed = parser_.feed(input_);
    input_.erase(0, consumed);
    if (parser_.state() == HttpParser::State::failed) {
      fail_request(parser_.error_status(), parser_.error_text());
    } else if (!had_head && parser_.state() == HttpParser::State::body) {
      if (on_head()) break;
    } else if (parser_.state() == HttpParser::State::complete) {
      dispatch();
    } else {
      break;
    }
  }
  processing_ = false;
}

bool HttpConnection::on_head() {
  const auto& request = parser_.request();
  head_request_ = request.method == "HEAD";
  can_take_chunks_ = parser_.can_take_chunks();
  keep_alive_ = parser_.keep_alive() && !server_->draining;
  if (!check_client()) return false;
  if (parser_.wants_websocket()) {
    if (const auto* upgrade = server_->find_upgrade(request.path)) {
      give_away(*upgrade);
      return true;
    }
  }
  route_ = server_->find_route(request.path);
  if (!check_origin(*route_)) return false;
  const auto& own = route_->options;
  if (own.on_head) {
    if (auto refusal = own.on_head(request, held_)) {
      refuse(std::move(*refusal));
      return false;
    }
  }
  parser_.set_body_limit(own.body_limit_bytes ? own.body_limit_bytes : server_->options.body_limit_bytes);
  if (parser_.state() == HttpParser::State::failed) {
    fail_request(parser_.error_status(), parser_.error_text());
    return false;
  }
  const auto expect = request.headers.get("Expect");
  if (!expect.empty() && !parser_.expects_continue()) {
    fail_request(417, "the only expectation known here is 100-continue");
    return false;
  }
  set_deadline(server_->options.body_timeout_ms);
  if (parser_.expects_continue() && input_.empty()) {
    // Nothing else is being written now, and 25 bytes fit any fresh socket buffer.
    const asio::const_buffer go_on("HTTP/1.1 100 Continue\r\n\r\n", 25);
    error_code error;
    stream_->write_some({&go_on, 1}, error);
  }
  return false;
}

/// A proxy's connection carries many clients, each with its own share.
bool HttpConnection::check_client() {
  const auto client = client_address(peer_, parser_.request().headers, server_->options.trusted_proxies);
  if (client == client_) return true;
  client_slot_.reset();
  client_ = client;
  if (client.is_loopback() || client == peer_) return true;
  auto taken = server_->limits->take_for_client(client.to_string());
  client_slot_ = std::move(taken.slot);
  if (client_slot_) return true;
  client_ = peer_;
  refuse(server_->too_many(taken.refusal));
  return false;
}

bool HttpConnection::check_origin(const HttpServer::Impl::Route& route) {
  cors_ = {};
  if (route.options.own_origins) return true;
  auto fields = cors_fields(server_->options.origins, parser_.request().headers);
  if (fields) {
    cors_ = std::move(*fields);
    return true;
  }
  fail_request(403, "this origin may not talk to this server");
  return false;
}

void HttpConnection::give_away(const HttpServer::UpgradeHandler& handler) {
  parser_.set_body_limit(0);
  if (parser_.state() == HttpParser::State::failed) return fail_request(400, "an upgrade request has no body");
  parser_.feed({});
  if (parser_.state() != HttpParser::State::complete) return fail_request(400, "an upgrade request has no body");
  ++server_->stats.requests;
  auto request = parser_.take();
  request.remote_address = client_.to_string();
  request.client_certificate = stream_->peer_certificate();
  if (client_slot_) slot_ = std::make_shared<std::array<std::shared_ptr<void>, 2>>(std::array{slot_, client_slot_});
  client_slot_.reset();
  UpgradedConnection given{std::move(stream_), std::move(input_), std::move(slot_)};
  state_ = State::closed;
  deadline_timer_.cancel();
  server_->connections.erase(this);
  const auto held = handler;  // may be replaced while it runs
  held(std::move(request), std::move(given));
}

void HttpConnection::dispatch() {
  ++server_->stats.requests;
  ++request_number_;
  state_ = State::answering;
  deadline_ = Clock::time_point::max();
  auto request = parser_.take();
  request.remote_address = client_.to_string();
  request.client_certificate = stream_->peer_certificate();
  HttpResponder responder(weak_from_this(), request_number_);
  if (!route_->options.own_origins && is_preflight(request))
    return responder.respond(preflight_response(request, {}));
  try {
    const auto handler = route_->handler;
    handler(std::move(request), std::move(responder));
  } catch (const std::exception& error) {
    log_error("a request handler failed: {}", error.what());
    respond(request_number_, text_response(500, "internal error\n"));
  }
  held_.reset();
}

void HttpConnection::fail_request(unsigned status, const std::string& text) {
  refuse(problem_response(status, text));
}

void HttpConnection::refuse(HttpResponse response) {
  ++server_->stats.bad_requests;
  ++request_number_;
  state_ = State::answering;
  keep_alive_ = false;
  held_.reset();
  respond(request_number_, std::move(response));
}

void HttpConnection::set_deadline(int after_ms) {
  deadline_ = Clock::now() + std::chrono::milliseconds(after_ms);
  if (!timer_waits_ || deadline_ < deadline_timer_.expiry()) wait_deadline();
}

/// Lazy: a deadline that moves away costs nothing until the old one comes.
void HttpConnection::wait_deadline() {
  timer_waits_ = true;
  deadline_timer_.expires_at(deadline_);
  deadline_timer_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->state_ == State::closed) return;
    self->timer_waits_ = false;
    self->on_deadline();
  });
}

void HttpConnection::on_deadline() {
  if (deadline_ == Clock::time_point::max()) return;
  if (Clock::now() < deadline_) return wait_deadline();
  const bool in_request = state_ == State::reading && (!input_.empty() || parser_.state() == HttpParser::State::body);
  if (state_ != State::lingering) ++server_->stats.timed_out;
  if (in_request) return fail_request(408, "the request did not come to its end in time");
  close();
}

}  // namespace taskrunner::net
