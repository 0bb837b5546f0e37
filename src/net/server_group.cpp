#include "net/server_group.hpp"

#include <unistd.h>

#include <future>
#include <utility>

#include "net/engineio_group.hpp"

namespace taskrunner::net {

namespace {

/// Closed where nobody takes it any more.
struct Descriptor {
  explicit Descriptor(int number) : fd(number) {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

void add(HttpServerStats& sum, const HttpServerStats& one) {
  sum.connections = one.connections;  // the limits, and so their count, are shared
  sum.accepted += one.accepted;
  sum.refused_in_all += one.refused_in_all;
  sum.refused_by_address += one.refused_by_address;
  sum.refused_by_rate += one.refused_by_rate;
  sum.refused_direct += one.refused_direct;
  sum.requests += one.requests;
  sum.bad_requests += one.bad_requests;
  sum.timed_out += one.timed_out;
}

void add(SocketIoStats& sum, const SocketIoStats& one) {
  sum.connections += one.connections;
  sum.sockets += one.sockets;
  sum.queued_bytes += one.queued_bytes;
  sum.opened += one.opened;
  sum.frames_sent += one.frames_sent;
  sum.frames_replaced += one.frames_replaced;
  sum.closed_full += one.closed_full;
  sum.closed_stalled += one.closed_stalled;
  sum.closed_silent += one.closed_silent;
  for (std::size_t code = 0; code < sum.refused.size(); ++code) sum.refused[code] += one.refused[code];
}

}  // namespace

struct ServerGroup::Shard {
  Shard(const HttpServerOptions& http_options, const SocketIoOptions& socket_options)
      : loop("net"), http(loop.context(), http_options), sockets(loop.context(), socket_options) {}

  Loop loop;
  HttpServer http;
  SocketIoServer sockets;
};

ServerGroup::ServerGroup(std::size_t loops, HttpServerOptions http, SocketIoOptions sockets, const SetUp& set_up) {
  if (!http.limits)
    http.limits = std::make_shared<ConnectionLimits>(ConnectionLimits::Limits{
        http.max_connections, http.max_connections_per_address, http.max_connections_per_second});
  const auto group = std::make_shared<EngineGroup>();
  for (std::size_t number = 0; number < loops; ++number) {
    auto& shard = *shards_.emplace_back(std::make_unique<Shard>(http, sockets));
    shard.sockets.join(group);
    Member member{shard.loop.context(), shard.http, shard.sockets};
    set_up(member);
    shard.sockets.attach(shard.http);
  }
  shards_.front()->http.spread([this](int fd) {
    auto& shard = *shards_[next_++ % shards_.size()];
    if (shard.loop.is_here()) return shard.http.adopt(fd);
    shard.loop.post([&shard, held = std::make_shared<Descriptor>(fd)] { shard.http.adopt(std::exchange(held->fd, -1)); });
  });
}

ServerGroup::~ServerGroup() { stop(); }

void ServerGroup::start() {
  if (started_) return;
  shards_.front()->http.listen();
  for (const auto& shard : shards_) shard->loop.start();
  started_ = true;
}

std::uint16_t ServerGroup::local_port() const { return shards_.front()->http.local_port(); }

void ServerGroup::emit(std::string_view namespace_name, const std::string& room, std::string_view event,
                       std::string_view args) {
  const PreparedEvent prepared(namespace_name, event, args);
  for (const auto& shard : shards_)
    shard->loop.post([&sockets = shard->sockets, name = std::string(namespace_name), room, prepared] {
      if (auto* found = sockets.find(name)) found->to(room).emit(prepared);
    });
}

void ServerGroup::on_each(const std::function<void(Shard&)>& work) {
  for (const auto& shard : shards_) {
    if (!started_) {
      work(*shard);
      continue;
    }
    std::promise<void> done;
    shard->loop.post([&] {
      work(*shard);
      shard->loop.post([&done] { done.set_value(); });  // behind what it wrote
    });
    done.get_future().wait();
  }
}

HttpServerStats ServerGroup::http_stats() {
  HttpServerStats sum;
  on_each([&](Shard& shard) { add(sum, shard.http.stats()); });
  return sum;
}

SocketIoStats ServerGroup::socket_stats() {
  SocketIoStats sum;
  on_each([&](Shard& shard) { add(sum, shard.sockets.stats()); });
  return sum;
}

void ServerGroup::drain(int over_ms) {
  on_each([over_ms](Shard& shard) {
    shard.http.stop_accepting();
    shard.sockets.drain(over_ms);
  });
}

void ServerGroup::stop() {
  on_each([](Shard& shard) {
    shard.sockets.stop();
    shard.http.stop();
  });
  for (const auto& shard : shards_) shard->loop.stop();
  started_ = false;
}

}  // namespace taskrunner::net
