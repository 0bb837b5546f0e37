#pragma once

#include "api/authenticator.hpp"
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
  RestApi(std::shared_ptr<Runners> runners, std::shared_ptr<SubscriptionBook> book,
          std::shared_ptr<Authenticator> authenticator, OwnNames names, std::function<std::string()> transport_metrics);

  void open(net::HttpServer& server);

 private:
  using Request = net::HttpRequest;
  using Response = net::HttpResponse;

  static awaitable<Response> handle(std::shared_ptr<RestApi> self, Request request);
  awaitable<Response> answer_or_problem(const Request& request);
  awaitable<Response> route(const Request& request);
  awaitable<Response> route_known(const Request& request, IdentityPtr who);
  awaitable<Response> route_tasks(const Request& request, IdentityPtr who, std::string_view rest);
  awaitable<Response> route_task(const Request& request, IdentityPtr who, std::string_view id_text, std::string_view verb);
  IdentityPtr identify(const Request& request) const;
  awaitable<Response> readiness(const Request& request);
  std::shared_ptr<RunnerLink> link() const;

  const std::shared_ptr<Runners> runners_;
  const std::shared_ptr<SubscriptionBook> book_;
  const std::shared_ptr<Authenticator> authenticator_;
  const OwnNames names_;
  const std::function<std::string()> transport_metrics_;
};

}  // namespace taskrunner::api
