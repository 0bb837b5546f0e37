#pragma once

#include "api/identity.hpp"
#include "api/runner_link.hpp"
#include "net/http_server.hpp"
#include "net/socketio_server.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taskrunner::api {

// Prometheus text format 0.0.4.

using Reasons = std::vector<std::pair<std::string_view, std::uint64_t>>;
/// One counter, apart by reason.
std::string by_reason(std::string_view name, std::string_view help, const Reasons& reasons);
std::string gauge(std::string_view name, std::string_view help, std::size_t value);

/// Tasks by state and what runs here, as far as the identity may see them; for who sees all rows, adds too.
awaitable<std::string> task_metrics(std::shared_ptr<RunnerLink> link, IdentityPtr who);
std::string transport_metrics(const net::HttpServerStats& http, const net::SocketIoStats& sockets);

}  // namespace taskrunner::api
