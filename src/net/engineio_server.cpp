#include "net/engineio_server.hpp"

#include <openssl/rand.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <taskrunner/error.hpp>

#include "base/base64.hpp"
#include "net/engineio_group.hpp"
#include "net/engineio_server_impl.hpp"
#include "net/engineio_session.hpp"

namespace taskrunner::net {

namespace {

enum EngineError { unknown_transport, unknown_sid, bad_handshake_method, bad_request, forbidden, unsupported_version,
                   shutting_down };
constexpr int drain_step_ms = 50;
constexpr std::array<const char*, 6> error_texts{"Transport unknown", "Session ID unknown", "Bad handshake method",
                                                 "Bad request",       "Forbidden",          "Unsupported protocol version"};

HttpResponse error_response(int code, const HttpFields& fields) {
  auto response = json_response(code == forbidden ? 403 : 400, "{\"code\":" + std::to_string(code) + ",\"message\":\"" +
                                                                   error_texts[static_cast<std::size_t>(code)] + "\"}");
  for (const auto& [name, value] : fields) response.headers.add(name, value);
  return response;
}

bool has_body(const HttpRequest& head) {
  const auto length = head.headers.get("Content-Length");
  return head.headers.has("Transfer-Encoding") || !(length.empty() || length == "0");
}

ContentCoding coding_of(const HttpRequest& request) { return choose_coding(request.headers.get("Accept-Encoding")); }

}  // namespace

std::string random_session_id() {
  std::array<unsigned char, 15> bytes;
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw Error(ErrorCode::internal, "no randomness to be had");
  auto text = base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

HttpResponse EngineServer::Impl::refusal(int code, const HttpFields& fields) {
  ++stats.refused[static_cast<std::size_t>(code)];
  if (code != shutting_down) return error_response(code, fields);
  auto response = text_response(503, "shutting down\n");
  for (const auto& [name, value] : fields) response.headers.add(name, value);
  response.headers.add("Retry-After", std::to_string(options.retry_after_s));
  return response;
}

/// In the reference server's order: transport, session, then (for a new one) method and version.
EngineServer::Impl::Verdict EngineServer::Impl::verify(const HttpRequest& request, bool upgrade) const {
  const auto transport = request.query.get("transport").value_or("");
  if (transport != "polling" && transport != "websocket") return {unknown_transport, nullptr};
  const auto sid = request.query.get("sid").value_or("");
  if (!sid.empty()) {
    const auto found = sessions.find(sid);
    const auto session = found == sessions.end() ? nullptr : found->second;
    if (!session || session->end_if_overdue()) return {unknown_sid, nullptr};
    const bool fits = upgrade ? transport == "websocket" : session->polling() && transport == "polling";
    return {fits ? -1 : bad_request, session};
  }
  if (stopped || draining) return {shutting_down, nullptr};
  if (request.method != "GET") return {bad_handshake_method, nullptr};
  if ((transport == "websocket") != upgrade) return {bad_request, nullptr};
  if (request.query.get("EIO").value_or("") != "4") return {unsupported_version, nullptr};
  return {};
}

/// Null: here, or nobody's.
std::shared_ptr<EngineServer::Impl> EngineServer::Impl::elsewhere(const HttpRequest& request) const {
  auto owner = group ? group->find(request.query.get("sid").value_or("")) : nullptr;
  return owner.get() == this ? nullptr : owner;
}

void EngineServer::Impl::on_request(HttpRequest request, HttpResponder responder) {
  if (auto owner = elsewhere(request))
    return EngineGroup::hand_over(io, std::move(owner), std::move(request), std::move(responder));
  const auto fields = cors_fields(options.origins, request.headers);
  if (!fields) return responder.respond(refusal(forbidden, {}));
  if (is_preflight(request)) return responder.respond(preflight_response(request, *fields));
  const auto verdict = verify(request, false);
  if (verdict.error >= 0) return responder.respond(refusal(verdict.error, *fields));
  const auto session = verdict.session;
  if (!session) return open_polling(std::move(request), std::move(responder), *fields);
  if (request.method == "GET") {
    if (!session->has_poll()) return session->on_poll(std::move(responder), *fields, coding_of(request));
    session->end_by_misuse();
    return responder.respond(refusal(bad_request, *fields));
  }
  if (request.method == "POST" && !session->closed()) {
    // A payload of version 4 is text, binary packets too.
    if (!equal_ignoring_case(request.headers.get("Content-Type"), "application/octet-stream"))
      return session->on_post(std::move(request.body), std::move(responder), *fields);
    session->end_by_misuse();
  }
  responder.respond(refusal(bad_request, *fields));
}

/// Before a body is waited for: who has no session here, or is sending another body just now, is refused.
std::optional<HttpResponse> EngineServer::Impl::on_head(const HttpRequest& request, std::shared_ptr<void>& held) {
  if (request.method != "POST" || !has_body(request) || stopped || elsewhere(request)) return std::nullopt;
  const auto fields = cors_fields(options.origins, request.headers);
  if (!fields) return refusal(forbidden, {});
  const auto [error, session] = verify(request, false);
  const bool welcome = error < 0 && !session->closed();
  if (welcome) held = session->begin_post();
  if (held) return std::nullopt;
  if (welcome) session->end_by_misuse();
  return refusal(error < 0 ? bad_request : error, *fields);
}

std::shared_ptr<EngineSession> EngineServer::Impl::open_session(bool polling) {
  auto sid = random_session_id();
  if (group) EngineGroup::mark(sid, number);
  auto session = std::make_shared<EngineSession>(shared_from_this(), std::move(sid), polling);
  sessions.emplace(session->sid(), session);
  ++stats.opened;
  return session;
}

void EngineServer::Impl::open_polling(HttpRequest request, HttpResponder responder, HttpFields fields) {
  const auto session = open_session(true);
  session->send_text(engine_open_packet(session->sid(), true, options.ping_interval_ms, options.ping_timeout_ms,
                                        options.max_payload_bytes));
  session->on_poll(std::move(responder), std::move(fields), coding_of(request));
  session->open(on_session(*session, request));
}

void EngineServer::Impl::refuse_upgrade(UpgradedConnection given, int code, std::string text) {
  const auto response = refusal(code, {});
  if (text.empty()) text = code == shutting_down ? "shutting down" : error_texts[static_cast<std::size_t>(code)];
  std::string answer = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_phrase(response.status)) +
                       "\r\nConnection: close\r\nContent-Length: " + std::to_string(text.size()) + "\r\n";
  if (code == shutting_down) answer += "Retry-After: " + std::to_string(options.retry_after_s) + "\r\n";
  answer += "Content-Type: text/html\r\n\r\n" + text;
  const boost::asio::const_buffer whole(answer.data(), answer.size());
  boost::system::error_code ignored;
  given.stream->write_some({&whole, 1}, ignored);
  given.stream->shutdown_write();
}

void EngineServer::Impl::on_upgrade(HttpRequest request, UpgradedConnection given) {
  if (auto owner = elsewhere(request)) return EngineGroup::hand_over(std::move(owner), std::move(request), std::move(given));
  const auto fields = cors_fields(options.origins, request.headers);
  if (!fields) return refuse_upgrade(std::move(given), forbidden);
  const auto verdict = verify(request, true);
  if (verdict.error >= 0) return refuse_upgrade(std::move(given), verdict.error);
  if (auto fault = websocket_request_fault(request); !fault.empty())
    return refuse_upgrade(std::move(given), bad_request, std::move(fault));
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

void EngineServer::Impl::drain(std::string reason, int over_ms) {
  if (draining || stopped) return;
  draining = true;
  drain_reason_ = std::move(reason);
  for (const auto& [sid, session] : sessions) to_drain_.push_back(session);
  const auto steps = static_cast<std::size_t>(std::max(1, over_ms / drain_step_ms));
  drain_share_ = to_drain_.size() / steps + 1;
  drain_step();
}

void EngineServer::Impl::reopen() {
  draining = false;
  drain_timer_.cancel();
  to_drain_.clear();
}

void EngineServer::Impl::drain_step() {
  for (std::size_t closed = 0; closed < drain_share_ && !to_drain_.empty(); ++closed) {
    const auto session = to_drain_.back().lock();
    to_drain_.pop_back();
    if (session) session->close(drain_reason_);
  }
  if (to_drain_.empty()) return;
  drain_timer_.expires_after(std::chrono::milliseconds(drain_step_ms));
  drain_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (const auto self = weak.lock(); self && !error) self->drain_step();
  });
}

void EngineServer::Impl::stop(std::string_view reason) {
  stopped = true;
  drain_timer_.cancel();
  sweep_.cancel();
  const auto all = sessions;
  for (const auto& [sid, session] : all) session->close(reason);
  sessions.clear();  // those too that were being closed already: each owns this server
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
  HttpRouteOptions route;
  route.body_limit_bytes = impl_->options.max_payload_bytes;
  route.own_origins = true;
  route.on_head = [impl = impl_](const HttpRequest& request, std::shared_ptr<void>& held) {
    return impl->on_head(request, held);
  };
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

void EngineServer::join(std::shared_ptr<EngineGroup> group) {
  impl_->number = group->add(impl_);
  impl_->group = std::move(group);
}

void EngineServer::drain(std::string_view reason, int over_ms) { impl_->drain(std::string(reason), over_ms); }
void EngineServer::reopen() { impl_->reopen(); }
void EngineServer::stop(std::string_view reason) { impl_->stop(reason); }

EngineStats EngineServer::stats() const {
  auto stats = impl_->stats;
  stats.sessions = impl_->sessions.size();
  for (const auto& [sid, session] : impl_->sessions) stats.queued_bytes += session->queued_bytes();
  return stats;
}

}  // namespace taskrunner::net
