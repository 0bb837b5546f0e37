#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "net/content_coding.hpp"
#include "net/engineio_packet.hpp"
#include "net/engineio_server.hpp"
#include "net/heartbeat.hpp"
#include "net/websocket_connection.hpp"

namespace taskrunner::net {

/// One client, whatever transport carries it now. Owned by the server's table until closed; loop thread only.
class EngineSession final : public WebSocketUser, public std::enable_shared_from_this<EngineSession> {
 public:
  EngineSession(std::shared_ptr<EngineServer::Impl> server, std::string sid, bool polling);

  const std::string& sid() const { return sid_; }
  bool polling() const { return polling_; }
  bool closed() const { return state_ != State::open; }

  /// An Engine.IO text packet, type included (`4…`), or raw bytes of a binary message.
  void send(OutFrame frame);
  void send_text(std::string packet) { send({WebSocketOpcode::text, std::move(packet), nullptr, {}}); }
  std::size_t queued_bytes() const { return websocket_ && !polling_ ? websocket_->queued_bytes() : queue_.bytes(); }
  bool congested() const { return congested_; }
  /// The user hears `reason` now; what is queued is still delivered where it can be.
  void close(std::string_view reason);

  // For the server.
  void open(std::shared_ptr<EngineUser> user);
  void on_poll(HttpResponder responder, HttpFields fields, ContentCoding coding);
  /// Held while a body is on its way; null while another is.
  std::shared_ptr<void> begin_post();
  void on_post(std::string body, HttpResponder responder, HttpFields fields);
  /// The session's websocket from the start, or a candidate for an upgrade. Closes it if there is one already.
  void on_websocket(std::shared_ptr<WebSocketConnection> websocket);
  /// Ends it if its time to answer a ping is over: a late request must not revive it.
  bool end_if_overdue();
  bool has_poll() const { return poll_ != nullptr; }
  /// The client broke a rule of polling; a poll that waits is told that the session is closed.
  void end_by_misuse();
  /// Is nothing of what is queued taken for so long?
  void check_stalled(std::chrono::steady_clock::time_point now);

  void on_bytes() override;
  void on_message(WebSocketConnection& from, bool binary, std::string_view payload) override;
  void on_written(WebSocketConnection& from) override;
  void on_closed(WebSocketConnection& from, std::string_view reason) override;

 private:
  enum class State { open, closing, closed };

  void on_packet(const EnginePacket& packet);
  void on_candidate_message(bool binary, std::string_view payload);
  void on_client_close();
  void drop_candidate();
  void finish_upgrade();
  void answer_poll(std::string body);
  void flush_poll();
  void schedule_poll_flush();
  void note_progress();
  void check_budget(std::size_t waiting_before);
  void end(std::string_view reason);
  void end_silent();
  void forget();
  void arm(std::chrono::steady_clock::time_point at);
  void on_timer();

  std::shared_ptr<EngineServer::Impl> server_;
  const std::string sid_;
  State state_ = State::open;
  bool polling_;
  bool congested_ = false;
  bool probed_ = false;
  bool flush_scheduled_ = false;
  std::shared_ptr<EngineUser> user_;
  std::shared_ptr<WebSocketConnection> websocket_;  ///< the transport, or the candidate while polling
  std::unique_ptr<HttpResponder> poll_;
  std::uint64_t poll_number_ = 0;
  HttpFields poll_fields_;
  ContentCoding poll_coding_ = ContentCoding::identity;
  std::weak_ptr<void> posting_;
  std::string_view last_packet_ = "1";  ///< what the poll after the end is answered
  OutQueue queue_;  ///< while polling
  Heartbeat heartbeat_;
  std::chrono::steady_clock::time_point stalled_since_{};
  std::chrono::steady_clock::time_point upgrade_deadline_ = std::chrono::steady_clock::time_point::max();
  boost::asio::steady_timer timer_;
};

}  // namespace taskrunner::net
