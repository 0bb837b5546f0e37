#include "api/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace taskrunner::api {
namespace {

template <typename Number>
std::string metric(std::string_view name, std::string_view type, std::string_view help, Number value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

std::string http_metrics(const net::HttpServerStats& http) {
  return metric("taskrunner_http_connections", "gauge", "Open connections.", http.connections) +
         metric("taskrunner_http_accepted_total", "counter", "Connections accepted.", http.accepted) +
         metric("taskrunner_http_requests_total", "counter", "Requests answered.", http.requests) +
         metric("taskrunner_http_bad_requests_total", "counter", "Broken requests.", http.bad_requests) +
         metric("taskrunner_http_timed_out_total", "counter", "Connections that were too slow.", http.timed_out) +
         by_reason("taskrunner_http_refused_total", "Connections refused at a limit.",
                   {{"in_all", http.refused_in_all}, {"by_address", http.refused_by_address}, {"by_rate", http.refused_by_rate},
                    {"direct", http.refused_direct}});
}

std::string socket_metrics(const net::SocketIoStats& sockets) {
  const auto& refused = sockets.refused;
  return metric("taskrunner_socketio_connections", "gauge", "Socket.IO connections.", sockets.connections) +
         metric("taskrunner_socketio_sockets", "gauge", "Namespaces joined.", sockets.sockets) +
         metric("taskrunner_socketio_queued_bytes", "gauge", "Bytes that clients have not taken.", sockets.queued_bytes) +
         metric("taskrunner_socketio_opened_total", "counter", "Socket.IO connections opened.", sockets.opened) +
         metric("taskrunner_socketio_deliveries_total", "counter", "Messages queued to clients.", sockets.frames_sent) +
         metric("taskrunner_socketio_dropped_total", "counter", "Messages replaced by a newer one.", sockets.frames_replaced) +
         by_reason("taskrunner_socketio_closed_total", "Connections closed by the server.",
                   {{"queue_full", sockets.closed_full}, {"stalled", sockets.closed_stalled}, {"silent", sockets.closed_silent}}) +
         by_reason("taskrunner_socketio_refused_total", "Requests refused.",
                   {{"unknown_transport", refused[0]}, {"unknown_session", refused[1]}, {"bad_method", refused[2]},
                    {"bad_request", refused[3]}, {"forbidden", refused[4]}, {"protocol_version", refused[5]},
                    {"shutting_down", refused[6]}});
}

/// Of this host; nothing where the store goes by its clock.
std::string clock_metric(const std::vector<SessionInfo>& hosts, const std::string& instance) {
  for (const SessionInfo& host : hosts)
    if (host.instance == instance && !host.lost && host.clock_ahead_ms)
      return metric("taskrunner_clock_ahead_seconds", "gauge", "What this host's clock is ahead of the store's.",
                    static_cast<double>(*host.clock_ahead_ms) / 1'000);
  return {};
}

}  // namespace

std::string by_reason(std::string_view name, std::string_view help, const Reasons& reasons) {
  std::string text = fmt::format("# HELP {0} {1}\n# TYPE {0} counter\n", name, help);
  for (const auto& [reason, count] : reasons) text += fmt::format("{}{{reason=\"{}\"}} {}\n", name, reason, count);
  return text;
}

std::string gauge(std::string_view name, std::string_view help, std::size_t value) { return metric(name, "gauge", help, value); }

namespace {

awaitable<std::string> state_metrics(std::shared_ptr<RunnerLink> link, IdentityPtr who) {
  static constexpr std::array states = {TaskState::to_do, TaskState::running, TaskState::paused, TaskState::completed};
  std::string text = "# HELP taskrunner_tasks Tasks in the store.\n# TYPE taskrunner_tasks gauge\n";
  for (const TaskState state : states) {
    JsonObject filter;
    filter.append("state", to_text(state));
    Query query = who->access->narrowed({Json(std::move(filter)), {}, 0, 0});
    const std::int64_t count = co_await link->service().count(std::move(query.filter));
    text += fmt::format("taskrunner_tasks{{state=\"{}\"}} {}\n", to_text(state), count);
  }
  co_return text;
}

std::ptrdiff_t running_here(const core::TaskService& service, const Access& access) {
  const std::vector<TaskPtr> tasks = service.running_now();
  return std::count_if(tasks.begin(), tasks.end(), [&](const TaskPtr& task) { return access.permits(*task); });
}

}  // namespace

awaitable<std::string> task_metrics(std::shared_ptr<RunnerLink> link, IdentityPtr who) {
  const Access& access = *who->access;
  std::string text;
  if (access.shows("state")) text = co_await state_metrics(link, who);
  text += metric("taskrunner_running_here", "gauge", "Tasks that run at this host.", running_here(link->service(), access));
  if (access.sees_all_rows())
    text += metric("taskrunner_adds_total", "counter", "Tasks added through this host's port.", link->adds);
  const std::string clock = clock_metric(co_await link->service().hosts(), link->service().instance());
  co_return text + clock;
}

std::string transport_metrics(const net::HttpServerStats& http, const net::SocketIoStats& sockets) {
  return http_metrics(http) + socket_metrics(sockets);
}

}  // namespace taskrunner::api
