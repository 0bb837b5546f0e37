// The polling half of EngineSession.
#include <boost/asio/post.hpp>

#include "net/engineio_server_impl.hpp"
#include "net/engineio_session.hpp"

namespace taskrunner::net {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds crossing_time{2'000};  ///< for a poll that was on its way when the client closed

HttpResponse poll_response(std::string body, const HttpFields& fields, ContentCoding coding) {
  auto response = text_response(200, encode_content(coding, std::move(body)), "text/plain; charset=UTF-8");
  if (coding != ContentCoding::identity) response.headers.add("Content-Encoding", coding_name(coding));
  for (const auto& [name, value] : fields) response.headers.add(name, value);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace

void EngineSession::on_poll(HttpResponder responder, HttpFields fields, ContentCoding coding) {
  on_bytes();
  poll_ = std::make_unique<HttpResponder>(std::move(responder));
  poll_fields_ = std::move(fields);
  poll_coding_ = coding;
  poll_->on_client_gone([weak = weak_from_this(), number = ++poll_number_] {
    const auto self = weak.lock();
    if (!self || !self->poll_ || self->poll_number_ != number) return;
    self->poll_.reset();
    self->end("transport error");
  });
  flush_poll();
}

void EngineSession::answer_poll(std::string body) {
  const auto poll = std::exchange(poll_, nullptr);
  const auto coding = body.size() > server_->options.compress_above_bytes ? poll_coding_ : ContentCoding::identity;
  if (poll) poll->respond(poll_response(std::move(body), poll_fields_, coding));
}

void EngineSession::schedule_poll_flush() {
  if (!poll_ || flush_scheduled_) return;
  flush_scheduled_ = true;
  boost::asio::post(server_->io, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush_poll();
  });
}

void EngineSession::flush_poll() {
  if (!poll_ || !polling_) return;
  const bool closing = state_ == State::closing;
  if (queue_.empty() && !closing && !probed_) return;
  auto body = queue_.take_polling_body();
  if (closing) append_polling_text(body, last_packet_);
  if (body.empty()) body = "6";  // an upgrade waits for this poll to end
  answer_poll(std::move(body));
  if (closing) return forget();
  note_progress();
}

void EngineSession::on_post(std::string body, HttpResponder responder, HttpFields fields) {
  on_bytes();
  const auto self = shared_from_this();
  const bool good = decode_polling_body(body, [&](const EnginePacket& packet) {
    on_packet(packet);
    return state_ == State::open;
  });
  auto response = good ? text_response(200, "ok", "text/html") : json_response(400, R"({"code":3,"message":"Bad request"})");
  for (const auto& [name, value] : fields) response.headers.add(name, value);
  response.headers.add("Cache-Control", "no-store");
  responder.respond(std::move(response));
  if (!good) end("parse error");
}

std::shared_ptr<void> EngineSession::begin_post() {
  if (!posting_.expired()) return nullptr;
  auto held = std::make_shared<char>();
  posting_ = held;
  return held;
}

void EngineSession::end_by_misuse() {
  if (poll_) answer_poll("1");
  end("transport error");
}

void EngineSession::on_client_close() {
  if (!polling_ || poll_) {
    if (poll_) answer_poll("6");
    return end("transport close");
  }
  state_ = State::closing;
  last_packet_ = "6";
  queue_.clear();
  drop_candidate();
  arm(Clock::now() + crossing_time);
  if (const auto user = std::exchange(user_, nullptr)) user->on_close("transport close");
}

}  // namespace taskrunner::net
