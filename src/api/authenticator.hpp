#pragma once

#include "api/identity.hpp"
#include "net/http_message.hpp"
#include "net/socketio_namespace.hpp"

#include <memory>
#include <string>

namespace taskrunner::api {

/// Whom a client is taken for.
struct Admission {
  IdentityPtr identity;      ///< null: it is not let in
  std::string refusal = {};  ///< why, for the client
  unsigned status = 401;     ///< by HTTP's numbers
};

/// Says who clients are, and for how long. Door's loop only; must not block.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// Asked for each request at /api/v1 and /metrics. Who is refused gets `status`.
  virtual Admission of_request(const net::HttpRequest& request) = 0;
  /// Asked for each namespace that a client joins (`handshake.namespace_name`; a task's own is `/tasks/<id>`). Who is
  /// refused gets CONNECT_ERROR with data `{status}`.
  virtual Admission of_socket(const net::Handshake& handshake) = 0;

  // Of one whose identities have no end, and whose clients log in elsewhere, if at all: nothing is done.

  /// The socket was let in as that identity, and is sent away when it ends.
  virtual void attend(const std::shared_ptr<net::Socket>& socket, const Identity& identity);
  /// An answer that goes on and on ends with the identity.
  virtual net::HttpResponse attend(net::HttpResponse response, const Identity& identity);

  /// What lets its holder into the namespace of a task at that URL; empty where nothing is asked for there.
  virtual std::string ticket(const auth::Principal& holder, const std::string& url, const ObjectId& task);
  /// Tickets for URLs below that origin are this host's.
  virtual void serve_at(const std::string& origin);
  /// Answers /api/v1/session. Throws HttpError.
  virtual net::HttpResponse session(const net::HttpRequest& request);
  /// Prometheus text.
  virtual std::string metrics() const;
};

/// The refusal of a socket.
net::ConnectDecision refusal_of(Admission admission);

/// Takes each for everybody().
std::shared_ptr<Authenticator> no_authentication();

}  // namespace taskrunner::api
