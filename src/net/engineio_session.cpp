#include "net/engineio_session.hpp"

#include "net/engineio_server_impl.hpp"

namespace taskrunner::net {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {
constexpr milliseconds closing_time{30'000};  ///< for a polling client to fetch its last packets

std::uint16_t close_code(std::string_view reason) {
  if (reason == "parse error") return websocket_protocol_error;
  return reason == "server shutting down" ? websocket_going_away : websocket_normal;
}

}  // namespace

EngineSession::EngineSession(std::shared_ptr<EngineServer::Impl> server, std::string sid, bool polling)
    : server_(std::move(server)),
      sid_(std::move(sid)),
      polling_(polling),
      heartbeat_(server_->options.ping_interval_ms, server_->options.ping_timeout_ms, Clock::now()),
      timer_(server_->io) {}

void EngineSession::open(std::shared_ptr<EngineUser> user) {
  user_ = std::move(user);
  if (state_ == State::open) arm(heartbeat_.deadline());
}

void EngineSession::send(OutFrame frame) {
  if (state_ != State::open) return;
  ++server_->stats.frames_sent;
  const auto waiting = queued_bytes();
  if (waiting == 0) stalled_since_ = Clock::now();
  if (polling_) {
    server_->stats.frames_replaced += queue_.push(std::move(frame));
    schedule_poll_flush();
  } else if (websocket_) {
    server_->stats.frames_replaced += websocket_->send(std::move(frame));
  }
  server_->watch_stalled();
  check_budget(waiting);
}

// One message may be larger than all that may wait, a long list for example: who reads, gets it.
void EngineSession::check_budget(std::size_t waiting_before) {
  if (queued_bytes() > server_->options.soft_buffer_bytes) congested_ = true;
  if (waiting_before <= server_->options.hard_buffer_bytes) return;
  ++server_->stats.closed_full;
  end("send buffer full");
}

void EngineSession::check_stalled(Clock::time_point now) {
  if (state_ != State::open || queued_bytes() == 0) return;
  if (now - stalled_since_ < milliseconds(server_->options.stalled_timeout_ms)) return;
  ++server_->stats.closed_stalled;
  end("client reads nothing");
}

bool EngineSession::end_if_overdue() {
  const bool overdue = state_ == State::open && heartbeat_.overdue(Clock::now());
  if (overdue) end_silent();
  return overdue;
}

void EngineSession::end_silent() {
  ++server_->stats.closed_silent;
  end("ping timeout");
}

void EngineSession::note_progress() {
  stalled_since_ = Clock::now();
  if (!congested_ || queued_bytes() > server_->options.soft_buffer_bytes / 2) return;
  congested_ = false;
  if (const auto user = user_) user->on_drain();
}

void EngineSession::on_websocket(std::shared_ptr<WebSocketConnection> websocket) {
  if (websocket_ || state_ != State::open) return websocket->close(websocket_normal, "");
  websocket_ = std::move(websocket);
  if (!polling_) return;
  upgrade_deadline_ = Clock::now() + milliseconds(server_->options.upgrade_timeout_ms);
  arm(heartbeat_.deadline());  // or the upgrade's, if that comes first
}

void EngineSession::on_bytes() { heartbeat_.on_bytes(Clock::now()); }

void EngineSession::on_message(WebSocketConnection&, bool binary, std::string_view payload) {
  const auto self = shared_from_this();
  if (polling_) return on_candidate_message(binary, payload);
  if (binary) return on_packet({EnginePacketType::message, true, payload});
  if (const auto packet = decode_engine_packet(payload)) return on_packet(*packet);
  end("parse error");
}

void EngineSession::on_candidate_message(bool binary, std::string_view payload) {
  if (!binary && payload == "2probe") {
    websocket_->send({WebSocketOpcode::text, "3probe", nullptr, {}});
    probed_ = true;
    flush_poll();
  } else if (!binary && payload == "5" && probed_) {
    finish_upgrade();
  } else {
    drop_candidate();
  }
}

void EngineSession::finish_upgrade() {
  upgrade_deadline_ = Clock::time_point::max();
  if (poll_) answer_poll("6");
  polling_ = false;
  probed_ = false;
  for (auto& frame : queue_.take_all()) websocket_->send(std::move(frame));
}

void EngineSession::drop_candidate() {
  upgrade_deadline_ = Clock::time_point::max();
  probed_ = false;
  const auto candidate = std::exchange(websocket_, nullptr);
  if (candidate) candidate->close(websocket_normal, "");
}

void EngineSession::on_written(WebSocketConnection&) {
  if (!polling_) note_progress();
}

void EngineSession::on_closed(WebSocketConnection&, std::string_view reason) {
  const auto self = shared_from_this();
  if (polling_) {
    upgrade_deadline_ = Clock::time_point::max();
    probed_ = false;
    websocket_.reset();
    return;
  }
  websocket_.reset();
  end(reason);
}

void EngineSession::on_packet(const EnginePacket& packet) {
  if (state_ != State::open) return;
  const auto user = user_;
  switch (packet.type) {
    case EnginePacketType::pong:
      heartbeat_.on_pong(Clock::now());
      arm(heartbeat_.deadline());
      break;
    case EnginePacketType::message:
      if (!user) break;
      if (packet.binary)
        user->on_binary(packet.data);
      else
        user->on_text(packet.data);
      break;
    case EnginePacketType::close: on_client_close(); break;
    case EnginePacketType::noop:
    case EnginePacketType::upgrade: break;
    case EnginePacketType::open:
    case EnginePacketType::ping: end("transport error"); break;  // a server's packets
  }
}

void EngineSession::close(std::string_view reason) {
  if (state_ != State::open) return;
  const auto self = shared_from_this();
  if (!polling_ || server_->stopped) return end(reason);
  state_ = State::closing;
  drop_candidate();
  const auto user = std::exchange(user_, nullptr);
  arm(Clock::now() + closing_time);
  flush_poll();
  if (user) user->on_close(reason);
}

/// The transport is of no more use, or is told to end itself.
void EngineSession::end(std::string_view reason) {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  const auto user = std::exchange(user_, nullptr);
  if (poll_ && polling_) {
    auto body = queue_.take_polling_body();
    append_polling_text(body, "1");
    answer_poll(std::move(body));
  }
  const auto websocket = websocket_;
  forget();
  if (websocket && (reason == "send buffer full" || reason == "client reads nothing"))
    websocket->abort();
  else if (websocket)
    websocket->close(close_code(reason), reason);
  if (user) user->on_close(reason);
}

void EngineSession::forget() {
  state_ = State::closed;
  queue_.clear();
  websocket_.reset();
  timer_.cancel();
  server_->sessions.erase(sid_);
}

void EngineSession::arm(Clock::time_point at) {
  timer_.expires_at(std::min(at, upgrade_deadline_));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->on_timer();
  });
}

void EngineSession::on_timer() {
  if (state_ == State::closing) return forget();
  if (state_ != State::open) return;
  const auto now = Clock::now();
  if (now >= upgrade_deadline_) drop_candidate();
  switch (heartbeat_.on_time(now)) {
    case Heartbeat::Action::ping: send_text("2"); break;
    case Heartbeat::Action::give_up: return end_silent();
    case Heartbeat::Action::wait: break;
  }
  if (state_ == State::open) arm(heartbeat_.deadline());
}

}  // namespace taskrunner::net
