#pragma once

#include "api/authenticator.hpp"
#include "api/runners.hpp"
#include "api/subscription_book.hpp"
#include "net/socketio_server.hpp"

#include <memory>

namespace taskrunner::api {

/// The namespaces of the runners (and `/`, the first one's): docs/protocol.md, "Socket.IO". Door's loop only.
class SocketApi {
 public:
  SocketApi(net::SocketIoServer& server, std::shared_ptr<Runners> runners, std::shared_ptr<SubscriptionBook> book,
            std::shared_ptr<Authenticator> authenticator);

  /// A runner came to the list.
  void open(const RunnerLink& link);
  /// Its clients are sent away, and come back to whoever serves the namespace then.
  void close(const RunnerLink& link);

  void on_progress(const RunnerLink& link, const ObjectId& id, const Json& data);

 private:
  net::NamespaceHandlers handlers() const;

  net::SocketIoServer& server_;
  const std::shared_ptr<Runners> runners_;
  const std::shared_ptr<SubscriptionBook> book_;
  const std::shared_ptr<Authenticator> authenticator_;
};

}  // namespace taskrunner::api
