#include "net/engineio_server.hpp"

#include <openssl/rand.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <taskrunner/error.hpp>

#include "base/base64.hpp"
#include "net/engineio_server_impl.hpp"
#include "net/engineio_session.hpp"

namespace taskrunner::net {

namespace {

enum EngineError { unknown_transport, unknown_sid, bad_handshake_method, bad_request, forbidden, unsupported_version };
constexpr std::array<const char*, 6> error_texts{"Transport unknown", "Session ID unknown", "Bad handshake method",
                                                 "Bad request",       "Forbidden",          "Unsupported protocol version"};

HttpResponse error_response(int code, const HttpFields& fields) {
  auto response = json_response(code == forbidden ? 403 : 400, "{\"code\":" + std::to_string(code) + ",\"message\":\"" +
                                                                   error_texts[static_cast<std::size_t>(code)] + "\"}");
  for (const auto& [name, value] : fields) response.headers.add(name, value);
  return response;
}

}  // namespace

std::string random_session_id() {
  std::array<unsigned char, 15> bytes;
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw Error(ErrorCode::internal, "no randomness to be had");
  auto text = base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

/// In the reference server's order: transport, session, then (for a new one) method and version.
EngineServer::Impl::Verdict EngineServer::Impl::verify(const HttpRequest& request, bool upgrade) const {
  const auto transport = request.query.get("transport").value_or("");
  if (transport != "polling" && transport != "websocket") return {unknown_transport, nullptr};
  const auto sid = request.query.get("sid").value_or("");
  if (!sid.empty()) {
    const auto found = sessions.find(std::string(sid));
    const auto session = found == sessions.end() ? nullptr : found->second;
    if (!session || session->end_if_overdue()) return {unknown_sid, nullptr};
    const bool fits = upgrade ? transport == "websocket" : session->polling() && transport == "polling";
    return {fits ? -1 : bad_request, session};
  }
  if (request.method != "GET") return {bad_handshake_method, nullptr};
  if ((transport == "websocket") != upgrade) return {bad_request, nullptr};
  if (request.query.get("EIO").value_or("") != "4") return {unsupported_version, nullptr};
  return {};
}

void EngineServer::Impl::on_request(HttpRequest request, HttpResponder responder) {
  const auto fields = cors_fields(options.origins, request.headers);
  if (!fields || stopped) {
    ++stats.refused;
    return responder.respond(fields ? text_response(503, "shutting down\n") : error_response(forbidden, {}));
  }
  if (is_preflight(request)) return responder.respond(preflight_response(request, *fields));
  const auto verdict = verify(request, false);
  if (verdict.error >= 0) {
    ++stats.refused;
    return responder.respond(error_response(verdict.error, *fields));
  }
  const auto session = verdict.session;
  if (!session) return open_polling(std::move(request), std::move(responder), *fields);
  if (request.method == "GET") {
    if (!session->has_poll()) return session->on_poll(std::move(responder), *fields);
    session->refuse_overlap("transport error");
    return responder.respond(error_response(bad_request, *fields));
  }
  if (request.method == "POST" && !session->closed() &&
      !equal_ignoring_case(request.headers.get("Content-Type"), "application/octet-stream"))
    return session->on_post(std::move(request.body), std::move(responder), *fields);
  responder.respond(error_response(bad_request, *fields));
}

std::shared_ptr<EngineSession> EngineServer::Impl::open_session(bool polling) {
  auto session = std::make_shared<EngineSession>(shared_from_this(), random_session_id(), polling);
  sessions.emplace(session->sid(), session);
  ++stats.opened;
  return session;
}

void EngineServer::Impl::open_polling(HttpRequest request, HttpResponder responder, HttpFields fields) {
  const auto session = open_session(true);
  session->send_text(engine_open_packet(session->sid(), true, options.ping_interval_ms, options.ping_timeout_ms,
                                        options.max_payload_bytes));
  session->on_poll(std::move(responder), std::move(fields));
  session->open(on_session(*session, request));
}

void EngineServer::Impl::refuse_upgrade(UpgradedConnection given, unsigned status, std::string_view text) {
  ++stats.refused;
  const auto answer = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) +
                      "\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: " +
                      std::to_string(text.size()) + "\r\n\r\n" + std::string(text);
  const auto buffer = boost::asio::buffer(answer);
  const boost::asio::const_buffer whole(buffer);
  boost::system::error_code ignored;
  given.stream->write_some({&whole, 1}, ignored);
  given.stream->shutdown_write();
}

void EngineServer::Impl::on_upgrade(HttpRequest request, UpgradedConnection given) {
  const auto fields = cors_fields(options.origins, request.headers);
  if (stopped) return refuse_upgrade(std::move(given), 503, "shutting down");
  if (!fields) return refuse_upgrade(std::move(given), 403, error_texts[forbidden]);
  const auto verdict = verify(request, true);
  if (verdict.error >= 0)
    return refuse_upgrade(std::move(given), 400, error_texts[static_cast<std::size_t>(verdict.error)]);
  if (const auto fault = websocket_request_fault(request); !fault.empty())
    return refuse_upgrade(std::move(given), 400, fault);
  auto websocket =
      std::make_shared<WebSocketConnection>(io, buffers_, std::move(given), options.max_payload_bytes);
  const auto session = verdict.session ? verdict.session : open_session(false);
  websocket->start(request, *fields, session);
  session->on_websocket(websocket);
  if (verdict.session) return;
  session->send_text(engine_open_packet(session->sid(), false, options.ping_interval_ms, options.ping_timeout_ms,
                                        options.max_payload_bytes));
  session->open(on_session(*session, request));
}

void EngineServer::Impl::stop(std::string_view reason) {
  stopped = true;
  sweep_.cancel();
  const auto all = sessions;
  for (const auto& [sid, session] : all) session->close(reason);
}

void EngineServer::Impl::watch_stalled() {
  if (sweeping_ || stopped) return;
  sweeping_ = true;
  sweep_.expires_after(std::chrono::milliseconds(std::max(50, std::min(1000, options.stalled_timeout_ms / 4))));
  sweep_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self || error) return;
    self->sweeping_ = false;
    self->sweep();
  });
}

void EngineServer::Impl::sweep() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<EngineSession>> waiting;
  for (const auto& [sid, session] : sessions)
    if (session->queued_bytes() > 0) waiting.push_back(session);
  for (const auto& session : waiting) session->check_stalled(now);
  if (!waiting.empty()) watch_stalled();
}

EngineServer::EngineServer(boost::asio::io_context& io, EngineOptions options, OnSession on_session)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(on_session))) {}

EngineServer::~EngineServer() { stop("server shutting down"); }

void EngineServer::attach(HttpServer& server) {
  const HttpRouteOptions route{.body_limit_bytes = impl_->options.max_payload_bytes, .own_origins = true};
  server.handle_raw(
      impl_->options.path,
      [impl = impl_](HttpRequest request, HttpResponder responder) {
        impl->on_request(std::move(request), std::move(responder));
      },
      route);
  server.handle_upgrade(impl_->options.path, [impl = impl_](HttpRequest request, UpgradedConnection given) {
    impl->on_upgrade(std::move(request), std::move(given));
  });
}

void EngineServer::stop(std::string_view reason) { impl_->stop(reason); }

EngineStats EngineServer::stats() const {
  auto stats = impl_->stats;
  stats.sessions = impl_->sessions.size();
  for (const auto& [sid, session] : impl_->sessions) stats.queued_bytes += session->queued_bytes();
  return stats;
}

}  // namespace taskrunner::net
