#pragma once

#include "api/authenticator.hpp"
#include "api/runner_place.hpp"
#include "core/task_service.hpp"
#include "net/client_address.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::api {

struct DoorOptions {
  std::string address = "127.0.0.1";  ///< an IP address, or localhost
  std::uint16_t port = 0;             ///< 0: any free one
  std::vector<std::string> allow_origins = {};  ///< of browsers, besides the door's own and the fleet's; a name
                                                ///< under which a proxy leads here belongs in it too
  int stalled_timeout_ms = 30'000;  ///< a Socket.IO client that reads nothing of what waits for it is closed then
  std::shared_ptr<Authenticator> authenticator = no_authentication();
  std::shared_ptr<const net::TlsContext> tls = {};  ///< null: plain
  net::Networks trusted_proxies = {};               ///< whose X-Forwarded-For is believed
  bool proxies_only = false;                        ///< nobody else connects, but from this machine
};

/// One port through which clients see runners: the page, HTTP and Socket.IO. Several runners may stand behind it,
/// each with a Socket.IO namespace of its own; `/` and HTTP are the first one's.
/// Everything on the thread of the io_context given.
class Door {
 public:
  Door(boost::asio::io_context& io, DoorOptions options);
  ~Door();  ///< stops

  /// Listens. Throws Error{unavailable} that names the address where it is taken.
  void start();
  std::uint16_t local_port() const;

  /// Clients see that runner until detach(). Throws Error{conflict} where another has its namespace.
  void attach(core::TaskService& service, const RunnerPlace& place);
  /// The runner is not touched after it. Harmless twice.
  void detach(const core::TaskService& service);
  /// No new connections; those that are there go on.
  void stop_accepting();

  /// Closes the port and every connection. Harmless twice.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace taskrunner::api
