#include "api/metrics.hpp"

#include <fmt/format.h>

#include <array>

namespace taskrunner::api {
namespace {

template <typename Number>
std::string metric(std::string_view name, std::string_view type, std::string_view help, Number value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

}  // namespace

awaitable<std::string> task_metrics(std::shared_ptr<RunnerLink> link) {
  static constexpr std::array states = {TaskState::to_do, TaskState::running, TaskState::paused, TaskState::completed};
  std::string text = "# HELP taskrunner_tasks Tasks in the store.\n# TYPE taskrunner_tasks gauge\n";
  for (const TaskState state : states) {
    JsonObject filter;
    filter.append("state", to_text(state));
    const std::int64_t count = co_await link->service().count(Json(std::move(filter)));
    text += fmt::format("taskrunner_tasks{{state=\"{}\"}} {}\n", to_text(state), count);
  }
  text += metric("taskrunner_running_here", "gauge", "Tasks that run at this host.", link->service().running_now().size());
  text += metric("taskrunner_adds_total", "counter", "Tasks added through this host's port.", link->adds);
  co_return text;
}

std::string transport_metrics(const net::HttpServerStats& http, const net::SocketIoStats& sockets) {
  return metric("taskrunner_http_connections", "gauge", "Open connections.", http.connections) +
         metric("taskrunner_http_requests_total", "counter", "Requests answered.", http.requests) +
         metric("taskrunner_http_bad_requests_total", "counter", "Broken requests.", http.bad_requests) +
         metric("taskrunner_socketio_connections", "gauge", "Socket.IO connections.", sockets.connections) +
         metric("taskrunner_socketio_queued_bytes", "gauge", "Waiting for clients to read it.", sockets.queued_bytes) +
         metric("taskrunner_socketio_closed_slow_total", "counter", "Closed for reading too slowly.", sockets.closed_slow);
}

}  // namespace taskrunner::api
