#include "net/socketio_server.hpp"

#include "net/http_server.hpp"
#include "net/socketio_connection.hpp"

namespace taskrunner::net {

Namespace* SocketIoServer::Impl::find_or_make(const std::string& name) {
  if (const auto found = fixed.find(name); found != fixed.end()) return found->second.get();
  if (const auto found = dynamic.find(name); found != dynamic.end()) return found->second.get();
  for (const auto& rule : rules)
    if (rule.matches(name))
      return dynamic.emplace(name, std::make_unique<Namespace>(name, rule.handlers)).first->second.get();
  return nullptr;
}

void SocketIoServer::Impl::sweep(const std::string& name) {
  const auto found = dynamic.find(name);
  if (found != dynamic.end() && found->second->size() == 0) dynamic.erase(found);
}

SocketIoServer::SocketIoServer(boost::asio::io_context& io, SocketIoOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {
  const auto& from = impl_->options;
  EngineOptions engine;
  engine.path = from.path;
  engine.ping_interval_ms = from.ping_interval_ms;
  engine.ping_timeout_ms = from.ping_timeout_ms;
  engine.max_payload_bytes = from.max_payload_bytes;
  engine.upgrade_timeout_ms = from.upgrade_timeout_ms;
  engine.compress_above_bytes = from.compress_above_bytes;
  engine.retry_after_s = from.retry_after_s;
  engine.origins = from.origins;
  engine.soft_buffer_bytes = from.soft_buffer_bytes;
  engine.hard_buffer_bytes = from.hard_buffer_bytes;
  engine.stalled_timeout_ms = from.stalled_timeout_ms;
  impl_->engine = std::make_unique<EngineServer>(
      io, std::move(engine),
      [weak = std::weak_ptr(impl_)](EngineSession& session, const HttpRequest& request) -> std::shared_ptr<EngineUser> {
        const auto impl = weak.lock();
        if (!impl) return nullptr;
        auto connection = std::make_shared<SocketIoConnection>(impl, session.shared_from_this(), request);
        connection->start();
        return connection;
      });
}

SocketIoServer::~SocketIoServer() { stop(); }

void SocketIoServer::attach(HttpServer& server) { impl_->engine->attach(server); }

void SocketIoServer::join(std::shared_ptr<EngineGroup> group) { impl_->engine->join(std::move(group)); }

Namespace& SocketIoServer::of(std::string_view name) { return of(name, {}); }

Namespace& SocketIoServer::of(std::string_view name, NamespaceHandlers handlers) {
  auto& slot = impl_->fixed[std::string(name)];
  const bool given = handlers.on_connect_request || handlers.on_connection;
  auto shared = std::make_shared<const NamespaceHandlers>(std::move(handlers));
  if (!slot)
    slot = std::make_unique<Namespace>(std::string(name), std::move(shared));
  else if (given)
    slot->handlers_ = std::move(shared);
  return *slot;
}

void SocketIoServer::of_matching(std::function<bool(std::string_view)> matches, NamespaceHandlers handlers) {
  impl_->rules.push_back({std::move(matches), std::make_shared<const NamespaceHandlers>(std::move(handlers))});
}

Namespace* SocketIoServer::find(std::string_view name) {
  if (const auto found = impl_->fixed.find(name); found != impl_->fixed.end()) return found->second.get();
  const auto found = impl_->dynamic.find(name);
  return found == impl_->dynamic.end() ? nullptr : found->second.get();
}

void SocketIoServer::drain(int over_ms) { impl_->engine->drain("server shutting down", over_ms); }
void SocketIoServer::reopen() { impl_->engine->reopen(); }
void SocketIoServer::stop() { impl_->engine->stop("server shutting down"); }

SocketIoStats SocketIoServer::stats() const {
  const auto engine = impl_->engine->stats();
  return {engine.sessions,        impl_->sockets,     engine.queued_bytes,   engine.opened,        engine.frames_sent,
          engine.frames_replaced, engine.closed_full, engine.closed_stalled, engine.closed_silent, engine.refused};
}

}  // namespace taskrunner::net
