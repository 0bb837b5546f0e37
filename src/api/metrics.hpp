#pragma once

#include "api/runner_link.hpp"
#include "net/http_server.hpp"
#include "net/socketio_server.hpp"

#include <memory>
#include <string>

namespace taskrunner::api {

// Prometheus text format 0.0.4.

/// Tasks by state, what runs here, adds.
awaitable<std::string> task_metrics(std::shared_ptr<RunnerLink> link);
std::string transport_metrics(const net::HttpServerStats& http, const net::SocketIoStats& sockets);

}  // namespace taskrunner::api
