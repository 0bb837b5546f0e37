#pragma once

#include "net/engineio_server.hpp"
#include "net/engineio_session.hpp"

namespace taskrunner::net {

class EngineServer::Impl : public std::enable_shared_from_this<EngineServer::Impl> {
 public:
  Impl(boost::asio::io_context& io_context, EngineOptions engine_options, OnSession on_new_session)
      : io(io_context), options(std::move(engine_options)), on_session(std::move(on_new_session)), sweep_(io_context) {}

  void on_request(HttpRequest request, HttpResponder responder);
  void on_upgrade(HttpRequest request, UpgradedConnection given);
  void stop(std::string_view reason);
  /// Sessions with something queued are looked at from time to time; an idle server has no timer.
  void watch_stalled();

  boost::asio::io_context& io;
  EngineOptions options;
  OnSession on_session;
  EngineStats stats;
  std::unordered_map<std::string, std::shared_ptr<EngineSession>> sessions;
  bool stopped = false;

 private:
  struct Verdict {
    int error = -1;  ///< 0–5, or -1: fine
    std::shared_ptr<EngineSession> session;
  };
  Verdict verify(const HttpRequest& request, bool upgrade) const;
  std::shared_ptr<EngineSession> open_session(bool polling);
  void open_polling(HttpRequest request, HttpResponder responder, HttpFields fields);
  void refuse_upgrade(UpgradedConnection given, unsigned status, std::string_view text);
  void sweep();

  std::shared_ptr<LoopBuffers> buffers_ = std::make_shared<LoopBuffers>();
  boost::asio::steady_timer sweep_;
  bool sweeping_ = false;
};

}  // namespace taskrunner::net
