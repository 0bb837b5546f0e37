#include "api/socket_api.hpp"

#include "api/socket_session.hpp"

#include <array>
#include <vector>

namespace taskrunner::api {
namespace {

using SessionPtr = std::shared_ptr<SocketSession>;

/// Its `user_data` is the client's identity.
net::ConnectDecision decide(const Runners& runners, Authenticator& authenticator, const net::Handshake& handshake) {
  Admission admission = authenticator.of_socket(handshake);
  if (!admission.identity) return refusal_of(std::move(admission));
  if (!runners.of_namespace(handshake.namespace_name))
    return net::ConnectDecision::refuse("This runner is being stopped: try again later");
  net::ConnectDecision decision;
  decision.user_data = std::move(admission.identity);
  return decision;
}

awaitable<net::ConnectDecision> let_in(std::shared_ptr<Runners> runners, std::shared_ptr<Authenticator> authenticator,
                                       std::shared_ptr<const net::Handshake> handshake) {
  co_return decide(*runners, *authenticator, *handshake);
}

/// The sockets of that runner in the namespace.
std::vector<std::shared_ptr<net::Socket>> sockets_of(net::Namespace& where, const RunnerLink& link) {
  std::vector<std::shared_ptr<net::Socket>> sockets;
  where.for_each([&](net::Socket& socket) {
    const SessionPtr* session = std::any_cast<SessionPtr>(&socket.user_data);
    if (session && (*session)->link().get() == &link) sockets.push_back(socket.shared_from_this());
  });
  return sockets;
}

}  // namespace

SocketApi::SocketApi(net::SocketIoServer& server, std::shared_ptr<Runners> runners,
                     std::shared_ptr<SubscriptionBook> book, std::shared_ptr<Authenticator> authenticator)
    : server_(server), runners_(std::move(runners)), book_(std::move(book)), authenticator_(std::move(authenticator)) {
  server_.of("/", handlers());
}

net::NamespaceHandlers SocketApi::handlers() const {
  net::NamespaceHandlers handlers;
  handlers.on_connect_request = [runners = runners_,
                                 authenticator = authenticator_](std::shared_ptr<const net::Handshake> handshake) {
    return let_in(runners, authenticator, std::move(handshake));
  };
  handlers.on_connection = [runners = runners_, book = book_, authenticator = authenticator_](std::shared_ptr<net::Socket> socket) {
    const auto link = runners->of_namespace(socket->namespace_name());
    if (!link) return socket->disconnect();
    const auto who = std::any_cast<IdentityPtr>(socket->user_data);
    auto session = std::make_shared<SocketSession>(socket, link, book, authenticator, who);
    socket->user_data = session;
    session->start();
    if (who->proof) authenticator->attend(socket, *who);
  };
  return handlers;
}

void SocketApi::open(const RunnerLink& link) {
  if (link.socket_namespace() != "/") server_.of(link.socket_namespace(), handlers());
}

void SocketApi::close(const RunnerLink& link) {
  for (const std::string& name : {std::string("/"), link.socket_namespace()})
    if (net::Namespace* where = server_.find(name))
      for (const auto& socket : sockets_of(*where, link)) socket->disconnect();
}

void SocketApi::on_progress(const RunnerLink& link, const ObjectId& id, const Json& data) {
  const std::string args = R"({"taskId":")" + id.hex() + R"(","data":)" + data.dump() + "}";
  const std::string key = "progress " + id.hex();
  const std::vector<live::QueryNumber> showing = link.hub().showing(id);
  const TaskPtr task = link.service().running_here(id);
  const auto tell = [&](const std::string& name) {
    net::Namespace* where = server_.find(name);
    if (!where || where->size() == 0) return;
    const net::PreparedEvent event(name, "progress", args);
    for (const auto& socket : sockets_of(*where, link))
      if (std::any_cast<SessionPtr&>(socket->user_data)->wants_progress(task, showing)) socket->emit_latest(key, event);
  };
  tell("/");
  if (link.socket_namespace() != "/") tell(link.socket_namespace());
}

}  // namespace taskrunner::api
