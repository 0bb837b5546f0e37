#pragma once

#include "net/engineio_server.hpp"
#include "net/engineio_session.hpp"

namespace taskrunner::net {

class EngineServer::Impl : public std::enable_shared_from_this<EngineServer::Impl> {
 public:
  Impl(boost::asio::io_context& io_context, EngineOptions engine_options, OnSession on_new_session)
      : io(io_context), options(std::move(engine_options)), on_session(std::move(on_new_session)), sweep_(io_context), drain_timer_(io_context) {}

  std::optional<HttpResponse> on_head(const HttpRequest& request, std::shared_ptr<void>& held);
  void on_request(HttpRequest request, HttpResponder responder);
  void on_upgrade(HttpRequest request, UpgradedConnection given);
  void drain(std::string reason, int over_ms);
  void reopen();
  void stop(std::string_view reason);
  /// Sessions with something queued are looked at from time to time; an idle server has no timer.
  void watch_stalled();

  boost::asio::io_context& io;
  EngineOptions options;
  OnSession on_session;
  EngineStats stats;
  std::unordered_map<std::string_view, std::shared_ptr<EngineSession>> sessions;  ///< by the id that each holds
  std::shared_ptr<const EngineGroup> group;
  std::size_t number = 0;  ///< in the group
  bool stopped = false;
  bool draining = false;

 private:
  struct Verdict {
    int error = -1;  ///< 0–5, or -1: fine
    std::shared_ptr<EngineSession> session;
  };
  Verdict verify(const HttpRequest& request, bool upgrade) const;
  std::shared_ptr<EngineSession> open_session(bool polling);
  void open_polling(HttpRequest request, HttpResponder responder, HttpFields fields);
  void refuse_upgrade(UpgradedConnection given, int code, std::string text = {});
  std::shared_ptr<Impl> elsewhere(const HttpRequest& request) const;
  void sweep();
  HttpResponse refusal(int code, const HttpFields& fields);
  void drain_step();

  std::shared_ptr<LoopBuffers> buffers_ = std::make_shared<LoopBuffers>();
  boost::asio::steady_timer sweep_;
  bool sweeping_ = false;
  boost::asio::steady_timer drain_timer_;
  std::vector<std::weak_ptr<EngineSession>> to_drain_;
  std::size_t drain_share_ = 1;
  std::string drain_reason_;
};

}  // namespace taskrunner::net
