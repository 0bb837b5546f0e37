#pragma once

#include "api/identity.hpp"
#include "api/runner_link.hpp"
#include "net/http_server.hpp"
#include "net/socketio_server.hpp"

#include <memory>
#include <string>

namespace taskrunner::api {

// Prometheus text format 0.0.4.

/// Tasks by state and what runs here, as far as the identity may see them; for who sees all rows, adds too.
awaitable<std::string> task_metrics(std::shared_ptr<RunnerLink> link, IdentityPtr who);
std::string transport_metrics(const net::HttpServerStats& http, const net::SocketIoStats& sockets);

}  // namespace taskrunner::api
