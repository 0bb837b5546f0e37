#include "api/rest_api.hpp"

#include "api/audit.hpp"
#include "api/event_stream.hpp"
#include "api/explain_api.hpp"
#include "api/metrics.hpp"
#include "api/openapi.hpp"
#include "api/problem.hpp"
#include "api/request_json.hpp"
#include "api/rest_tasks.hpp"
#include "api/transfer_api.hpp"
#include "api/web_page.hpp"
#include "base/log.hpp"

namespace taskrunner::api {
namespace {

constexpr std::string_view api = "/api/v1/";

void want_method(const net::HttpRequest& request, std::initializer_list<std::string_view> methods) {
  std::string allow;
  for (const std::string_view method : methods) {
    if (request.method == method || (method == "GET" && request.method == "HEAD")) return;
    allow += std::string(allow.empty() ? "" : ", ") + std::string(method) + (method == "GET" ? ", HEAD" : "");
  }
  throw HttpError(405, request.method + " is not possible here: " + allow + " is", {{"Allow", allow}});
}

bool changes_something(const net::HttpRequest& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

HttpError nothing_at(const net::HttpRequest& request) {
  return {404, "there is nothing at " + request.path.substr(0, 200)};
}

net::HttpResponse text_of(std::string text) { return net::text_response(200, std::move(text)); }

}  // namespace

RestApi::RestApi(std::shared_ptr<Runners> runners, std::shared_ptr<SubscriptionBook> book,
                 std::shared_ptr<Authenticator> authenticator, OwnNames names,
                 std::function<std::string()> transport_metrics)
    : runners_(std::move(runners)),
      book_(std::move(book)),
      authenticator_(std::move(authenticator)),
      names_(std::move(names)),
      transport_metrics_(std::move(transport_metrics)) {}

void RestApi::open(net::HttpServer& server) {
  const auto handler = [self = shared_from_this()](Request request) { return handle(self, std::move(request)); };
  net::HttpRouteOptions options;
  options.own_origins = true;
  options.body_limit_bytes = 16UL * 1024 * 1024;
  server.handle(std::string(api), handler, options);
  server.handle("/", handler, {0, true});
}

awaitable<net::HttpResponse> RestApi::handle(std::shared_ptr<RestApi> self, Request request) {
  Response response;
  const auto cors = net::cors_fields(self->names_.policy(), request.headers);
  if (!self->names_.is_own_host(request.headers.get("Host")))
    response = problem(403, "this host does not go by that name: see --allow-origin", request.path);
  else if (!cors && (changes_something(request) || net::is_preflight(request)))
    response = problem(403, "pages of that origin may not change anything here: see --allow-origin", request.path);
  else if (net::is_preflight(request))
    response = net::preflight_response(request, *cors);
  else
    response = co_await self->answer_or_problem(request);
  if (cors)
    for (const auto& [name, value] : *cors)
      if (!response.headers.has(name)) response.headers.add(name, value);
  add_security_fields(response);
  co_return response;
}

awaitable<net::HttpResponse> RestApi::answer_or_problem(const Request& request) {
  try {
    co_return co_await route(request);
  } catch (const HttpError& error) {
    Response response = problem(error.status(), error.what(), request.path);
    if (error.status() == 401) response.headers.set("WWW-Authenticate", "Bearer");
    if (error.status() == 429) response.headers.set("Retry-After", "1");
    for (const auto& [name, value] : error.fields()) response.headers.set(name, value);
    co_return response;
  } catch (const Error& error) {
    co_return problem(status_of(error.code()), error.what(), request.path);
  } catch (const std::exception& error) {
    log_error("{} {} failed: {}", request.method, request.path, error.what());
    co_return problem(500, "internal error", request.path);
  }
}

std::shared_ptr<RunnerLink> RestApi::link() const {
  auto link = runners_->first();
  if (!link) throw Error(ErrorCode::unavailable, "no runner serves here at the moment: try again later");
  return link;
}

awaitable<net::HttpResponse> RestApi::route(const Request& request) {
  const std::string_view path = request.path;
  if (path == "/api/v1/session") co_return authenticator_->session(request);
  if (path.starts_with(api) || path == "/metrics") {
    const IdentityPtr who = identify(request);
    Response response = co_await audited(route_known(request, who), request, who);
    if (who->proof) response = authenticator_->attend(std::move(response), *who);
    co_return response;
  }
  if (path == "/openapi.json") co_return net::json_response(200, openapi_document());
  if (path == "/healthz") co_return text_of("ok\n");
  if (path == "/readyz") co_return co_await readiness(request);
  co_return serve_page(request);
}

IdentityPtr RestApi::identify(const Request& request) const {
  Admission admission = authenticator_->of_request(request);
  if (!admission.identity) throw HttpError(admission.status, admission.refusal);
  return std::move(admission.identity);
}

/// What takes an identity.
awaitable<net::HttpResponse> RestApi::route_known(const Request& request, IdentityPtr who) {
  const std::string_view path = request.path;
  if (path.starts_with("/api/v1/tasks")) co_return co_await route_tasks(request, who, path.substr(13));
  if (path == "/api/v1/hosts") {
    want_method(request, {"GET"});
    co_return co_await list_hosts(link(), who);
  }
  if (path == "/metrics") {
    std::string text = co_await task_metrics(link(), who);
    co_return net::text_response(200, text + transport_metrics_(), "text/plain; version=0.0.4; charset=utf-8");
  }
  throw nothing_at(request);
}

awaitable<net::HttpResponse> RestApi::route_tasks(const Request& request, IdentityPtr who, std::string_view rest) {
  if (rest.empty() || rest == "/") {
    want_method(request, {"GET", "POST"});
    if (request.method == "POST") co_return co_await post_tasks(link(), who, request);
    co_return co_await list_tasks(link(), who, request);
  }
  if (rest == "/export") {
    want_method(request, {"GET"});
    co_return co_await export_page(link(), who, request);
  }
  if (rest == "/import") {
    want_method(request, {"POST"});
    co_return co_await import_page(link(), who, request);
  }
  if (rest == "/watch") {
    want_method(request, {"GET"});
    co_return watch_tasks(link(), book_, who, request);
  }
  if (!rest.starts_with('/')) throw nothing_at(request);
  rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  const std::string_view verb = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  co_return co_await route_task(request, who, rest.substr(0, slash), verb);
}

awaitable<net::HttpResponse> RestApi::route_task(const Request& request, IdentityPtr who, std::string_view id_text,
                                                std::string_view verb) {
  const auto id = ObjectId::from_hex(id_text);
  if (!id) throw HttpError(404, "there is no such task: an id is 24 hexadecimal digits");
  if (verb.empty()) {
    want_method(request, {"GET", "DELETE"});
    if (request.method == "DELETE") co_return co_await remove_task(link(), who, *id);
    co_return co_await get_task(link(), who, *id);
  }
  if (verb == "logs") {
    want_method(request, {"GET"});
    co_return co_await get_logs(link(), who, *id);
  }
  if (verb == "explain") {
    want_method(request, {"GET"});
    std::string text = co_await explain_task(link(), who, *id);
    co_return net::json_response(200, std::move(text));
  }
  const auto op = signal_op_from(verb);
  if (!op && verb != "retry") throw nothing_at(request);
  want_method(request, {"POST"});
  if (!request.body.empty()) want_media_type(request, "application/json");
  if (op) co_return co_await signal_task(link(), who, *id, *op, request.remote_address);
  co_return co_await retry_task(link(), who, *id);
}

awaitable<net::HttpResponse> RestApi::readiness(const Request& request) {
  const auto first = runners_->first();
  if (first && first->service().is_ready()) co_return text_of("ready\n");
  co_return problem(503, "the runner has no session in its store yet, or is being stopped", request.path);
}

}  // namespace taskrunner::api
