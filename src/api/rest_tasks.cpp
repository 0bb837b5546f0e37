#include "api/rest_tasks.hpp"

#include "api/add_tasks.hpp"
#include "api/problem.hpp"
#include "api/request_json.hpp"
#include "api/socket_requests.hpp"
#include "api/task_namespaces.hpp"
#include "base/time_text.hpp"

#include <algorithm>
#include <charconv>

namespace taskrunner::api {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using LinkPtr = std::shared_ptr<RunnerLink>;

Json json_parameter(const HttpRequest& request, std::string_view name) {
  const auto text = request.query.get(name);
  if (!text || text->empty()) return {};
  try {
    return Json::parse(*text);
  } catch (const Error& error) {
    throw Error(error.code(), "the parameter '" + std::string(name) + "' is no JSON: " + error.what());
  }
}

std::int64_t number_parameter(const HttpRequest& request, std::string_view name) {
  const auto text = request.query.get(name);
  if (!text || text->empty()) return 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < 0)
    throw Error(ErrorCode::invalid_argument, "the parameter '" + std::string(name) + "' must be a whole number from 0");
  return number;
}

Json body_of(const HttpRequest& request) {
  try {
    return Json::parse(request.body);
  } catch (const Error& error) {
    throw Error(error.code(), std::string("the body is no JSON: ") + error.what());
  }
}

HttpResponse many_response(const std::vector<AddResult>& results, std::string_view path, const Access& access) {
  const auto failed = [](const AddResult& result) { return result.error.has_value(); };
  const auto duplicate = [](const AddResult& result) { return result.duplicate; };
  std::string text = "[";
  for (const AddResult& result : results) {
    if (text.size() > 1) text += ',';
    text += result.error ? problem_text(status_of(*result.error), result.reason, path) : access.wire_json(*result.task);
  }
  text += ']';
  unsigned status = 201;
  if (std::any_of(results.begin(), results.end(), failed))
    status = 207;
  else if (std::all_of(results.begin(), results.end(), duplicate))
    status = 200;
  return net::json_response(status, std::move(text));
}

Json json_of(const SessionInfo& host, const Access& access) {
  JsonObject out;
  out.append("id", host.id);
  out.append("instance", host.instance);
  out.append("baseUrl", host.base_url);
  out.append("topics", permitted_topics(host.topics, access));
  out.append("capacity", host.capacity);
  out.append("startedAt", iso_time(host.started_at_ms));
  out.append("until", iso_time(host.until_ms));
  out.append("lost", host.lost);
  if (host.clock_ahead_ms) out.append("clockAheadMs", *host.clock_ahead_ms);
  return out;
}

}  // namespace

void want_media_type(const HttpRequest& request, std::string_view wanted) {
  const std::string_view type = request.headers.get("Content-Type");
  std::string_view media = type.substr(0, type.find(';'));
  while (media.ends_with(' ')) media.remove_suffix(1);
  if (!net::equal_ignoring_case(media, wanted))
    throw HttpError(415, "the body must come as Content-Type: " + std::string(wanted));
}

Query query_of(const HttpRequest& request) {
  Query query;
  query.filter = json_parameter(request, "query");
  query.sort = json_parameter(request, "sort");
  query.skip = number_parameter(request, "skip");
  query.limit = number_parameter(request, "limit");
  return query;
}

awaitable<HttpResponse> list_tasks(LinkPtr link, IdentityPtr who, const HttpRequest& request) {
  Query query = who->access->narrowed(query_of(request));
  const std::vector<TaskPtr> tasks = co_await link->service().find(std::move(query));
  co_return net::json_response(200, wire_list(tasks, *who->access));
}

awaitable<HttpResponse> post_tasks(LinkPtr link, IdentityPtr who, const HttpRequest& request) {
  want_media_type(request, "application/json");
  Json body = body_of(request);
  if (body.is_array()) {
    const std::vector<AddResult> results = co_await add_tasks(link, who, std::move(body));
    co_return many_response(results, request.path, *who->access);
  }
  const AddResult result = co_await add_task(link, who, std::move(body));
  HttpResponse response = net::json_response(result.duplicate ? 200 : 201, who->access->wire_json(*result.task));
  response.headers.set("Location", "/api/v1/tasks/" + result.task->id.hex());
  co_return response;
}

awaitable<HttpResponse> get_task(LinkPtr link, IdentityPtr who, ObjectId id) {
  const TaskPtr task = co_await permitted_task(link, who, id);
  co_return net::json_response(200, who->access->wire_json(*task));
}

awaitable<HttpResponse> remove_task(LinkPtr link, IdentityPtr who, ObjectId id) {
  co_await answer_remove(link, who, id);
  co_return net::empty_response(204);
}

awaitable<HttpResponse> signal_task(LinkPtr link, IdentityPtr who, ObjectId id, SignalOp op, std::string address) {
  std::string text = co_await answer_signal(link, who, id, op, std::move(address));
  co_return net::json_response(200, std::move(text));
}

awaitable<HttpResponse> retry_task(LinkPtr link, IdentityPtr who, ObjectId id) {
  std::string text = co_await answer_retry(link, who, id);
  co_return net::json_response(200, std::move(text));
}

awaitable<HttpResponse> get_logs(LinkPtr link, IdentityPtr who, ObjectId id) {
  const std::vector<core::LogLine> lines = shown_logs(*link, *who->access, id);
  if (lines.empty() || !who->access->sees_all_rows()) co_await permitted_task(link, who, id);
  std::string text = "[";
  for (const core::LogLine& line : lines) text += (text.size() > 1 ? "," : "") + log_line_text(line);
  text += ']';
  co_return net::json_response(200, std::move(text));
}

awaitable<HttpResponse> list_hosts(LinkPtr link, IdentityPtr who) {
  const std::vector<SessionInfo> sessions = co_await link->service().hosts();
  JsonArray hosts;
  for (const SessionInfo& session : sessions) hosts.push_back(json_of(session, *who->access));
  co_return net::json_response(200, Json(std::move(hosts)).dump());
}

}  // namespace taskrunner::api
