#pragma once

#include "api/own_names.hpp"
#include "api/runners.hpp"
#include "api/subscription_book.hpp"
#include "net/http_server.hpp"

#include <functional>
#include <memory>
#include <string>

namespace taskrunner::api {

/// HTTP of docs/protocol.md: tasks, hosts, health, metrics, the page. Serves the first runner. Door's loop only.
class RestApi : public std::enable_shared_from_this<RestApi> {
 public:
  /// `transport_metrics` gives what the door's servers count, as Prometheus text.
  RestApi(std::shared_ptr<Runners> runners, std::shared_ptr<SubscriptionBook> book, OwnNames names,
          std::function<std::string()> transport_metrics);

  void open(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  static awaitable<Response> handle(std::shared_ptr<RestApi> self, Request request);
  awaitable<Response> answer_or_problem(const Request& request);
  awaitable<Response> route(const Request& request);
  awaitable<Response> route_tasks(const Request& request, std::string_view rest);
  awaitable<Response> route_task(const Request& request, std::string_view id_text, std::string_view verb);
  awaitable<Response> readiness(const Request& request);
  std::shared_ptr<RunnerLink> link() const;

  const std::shared_ptr<Runners> runners_;
  const std::shared_ptr<SubscriptionBook> book_;
  const OwnNames names_;
  const std::function<std::string()> transport_metrics_;
};

}  // namespace taskrunner::api
