#pragma once

#include "api/identity.hpp"
#include "net/http_message.hpp"
#include "net/socketio_socket.hpp"

#include <memory>
#include <string>

namespace taskrunner::api {

/// Whom a client is taken for.
struct Admission {
  IdentityPtr identity;      ///< null: it is not let in
  std::string refusal = {};  ///< why, for the client
};

/// Says who clients are. Door's loop only; must not block.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// Asked for each request at /api/v1 and /metrics. Who is refused gets 401.
  virtual Admission of_request(const net::HttpRequest& request) = 0;
  /// Asked for each namespace that a client joins (`handshake.namespace_name`; a task's own is `/tasks/<id>`). The
  /// identity holds as long as the socket. Who is refused gets CONNECT_ERROR.
  virtual Admission of_socket(const net::Handshake& handshake) = 0;
};

/// Takes each for everybody().
std::shared_ptr<Authenticator> no_authentication();

}  // namespace taskrunner::api
