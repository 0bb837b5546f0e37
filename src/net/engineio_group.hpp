#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "net/engineio_server.hpp"

namespace taskrunner::net {

/// The Engine.IO servers of several loops that answer for each other: a session's id says on which loop it lives, and
/// a request or websocket that came to another loop is handed over. Filled before the loops run, constant afterwards.
class EngineGroup {
 public:
  static constexpr std::size_t max_loops = 64;  ///< one character of an id

  /// The number of the server.
  std::size_t add(const std::shared_ptr<EngineServer::Impl>& server);
  /// Makes the id one of that server's.
  static void mark(std::string& sid, std::size_t number);
  /// The server whose session it is; nothing for an id that none can have made.
  std::shared_ptr<EngineServer::Impl> find(std::string_view sid) const;

  /// On the loop where it came; it is answered there.
  static void hand_over(boost::asio::io_context& from, std::shared_ptr<EngineServer::Impl> to, HttpRequest request,
                        HttpResponder responder);
  static void hand_over(std::shared_ptr<EngineServer::Impl> to, HttpRequest request, UpgradedConnection given);

 private:
  std::vector<std::weak_ptr<EngineServer::Impl>> servers_;
};

}  // namespace taskrunner::net
