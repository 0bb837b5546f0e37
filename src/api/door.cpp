#include "api/door.hpp"

#include <taskrunner/error.hpp>

#include "api/metrics.hpp"
#include "api/own_names.hpp"
#include "api/rest_api.hpp"
#include "api/runners.hpp"
#include "api/socket_api.hpp"
#include "api/task_namespaces.hpp"
#include "net/http_server.hpp"
#include "net/socketio_server.hpp"

#include <algorithm>

namespace taskrunner::api {
namespace {

std::string ip_of(const std::string& address) { return address == "localhost" ? "127.0.0.1" : address; }

net::HttpServerOptions http_options(const DoorOptions& options, const OwnNames& names) {
  net::HttpServerOptions http;
  http.address = ip_of(options.address);
  http.port = options.port;
  http.origins = names.policy();
  http.tls = options.tls;
  http.trusted_proxies = options.trusted_proxies;
  http.proxies_only = options.proxies_only;
  return http;
}

net::SocketIoOptions socket_options(const DoorOptions& options, const OwnNames& names) {
  net::SocketIoOptions socket;
  socket.stalled_timeout_ms = options.stalled_timeout_ms;
  socket.origins = names.policy();
  return socket;
}

}  // namespace

class Door::Impl {
 public:
  Impl(boost::asio::io_context& io, const DoorOptions& options)
      : io_(io),
        authenticator_(options.authenticator),
        names_(ip_of(options.address), options.allow_origins,
               [runners = runners_](std::string_view origin) { return runners->is_fleet_origin(origin); }),
        http_(io, http_options(options, names_)),
        sockets_(io, socket_options(options, names_)),
        socket_api_(sockets_, runners_, book_, options.authenticator),
        tasks_(std::make_shared<TaskNamespaces>(runners_, options.authenticator)),
        rest_(std::make_shared<RestApi>(runners_, book_, options.authenticator, names_, [this] { return own_metrics(); })) {
    sockets_.attach(http_);
    tasks_->open(sockets_);
    rest_->open(http_);
    close_all_sockets();
  }

  void start() { http_.listen(); }
  std::uint16_t local_port() const { return http_.local_port(); }

  void attach(core::TaskService& service, const RunnerPlace& place) {
    const std::string& socket_namespace = place.socket_namespace;
    if (!socket_namespace.starts_with('/'))
      throw Error(ErrorCode::invalid_argument, "the namespace '" + socket_namespace + "' must begin with '/', as /tasks");
    for (const auto& link : runners_->links)
      if (link->socket_namespace() == socket_namespace)
        throw Error(ErrorCode::conflict, "another runner of this process has the namespace '" + socket_namespace +
                                             "' on this port: give it another");
    if (!place.origin.empty()) authenticator_->serve_at(place.origin);
    const auto link = std::make_shared<RunnerLink>(io_, service, place);
    runners_->links.push_back(link);
    socket_api_.open(*link);
    sockets_.reopen();
    link->start(events_of(link));
  }

  void detach(const core::TaskService& service) {
    const auto found = std::find_if(runners_->links.begin(), runners_->links.end(), [&](const auto& link) {
      return !link->is_cut() && &link->stored() == &service;
    });
    if (found == runners_->links.end()) return;
    const std::shared_ptr<RunnerLink> link = *found;
    runners_->links.erase(found);
    link->cut();
    if (runners_->links.empty()) return close_all_sockets();
    tasks_->close(*link);
    socket_api_.close(*link);
  }

  void stop_accepting() { http_.stop_accepting(); }
  void stop() {
    while (!runners_->links.empty()) detach(runners_->links.front()->stored());
    sockets_.stop();
    http_.stop();
  }

 private:
  /// While there is no runner, sockets are turned away by HTTP and lose their connection: the official client comes back
  /// by itself after that, but never after a DISCONNECT or a CONNECT_ERROR.
  void close_all_sockets() { sockets_.drain(0); }

  std::string own_metrics() const { return transport_metrics(http_.stats(), sockets_.stats()) + authenticator_->metrics(); }

  RunnerEvents events_of(const std::shared_ptr<RunnerLink>& link) {
    const std::weak_ptr<RunnerLink> weak = link;
    RunnerEvents events;
    events.on_progress = [this, weak](const ObjectId& id, const Json& data) {
      tasks_->on_progress(id, data);
      if (const auto here = weak.lock()) socket_api_.on_progress(*here, id, data);
    };
    events.on_log = [this](const ObjectId& id, const core::LogLine& line) { tasks_->on_log(id, line); };
    events.on_ended = [this, weak](const ObjectId& id) {
      if (const auto here = weak.lock()) tasks_->on_ended(here, id);
    };
    events.on_feed = [this, weak](const FeedBatch& batch) {
      if (const auto here = weak.lock()) tasks_->on_feed(here, batch);
    };
    return events;
  }

  boost::asio::io_context& io_;
  const std::shared_ptr<Authenticator> authenticator_;
  const std::shared_ptr<Runners> runners_ = std::make_shared<Runners>();
  const OwnNames names_;
  const std::shared_ptr<SubscriptionBook> book_ = std::make_shared<SubscriptionBook>();
  net::HttpServer http_;
  net::SocketIoServer sockets_;
  SocketApi socket_api_;
  const std::shared_ptr<TaskNamespaces> tasks_;
  const std::shared_ptr<RestApi> rest_;
};

Door::Door(boost::asio::io_context& io, DoorOptions options) : impl_(std::make_shared<Impl>(io, options)) {}
Door::~Door() { stop(); }
void Door::start() { impl_->start(); }
std::uint16_t Door::local_port() const { return impl_->local_port(); }
void Door::attach(core::TaskService& service, const RunnerPlace& place) { impl_->attach(service, place); }
void Door::detach(const core::TaskService& service) { impl_->detach(service); }
void Door::stop_accepting() { impl_->stop_accepting(); }
void Door::stop() { impl_->stop(); }

}  // namespace taskrunner::api
