#pragma once

#include "api/identity.hpp"
#include "api/runner_link.hpp"
#include "api/subscription_book.hpp"
#include "net/http_message.hpp"

#include <memory>

namespace taskrunner::api {

/// The live query of the request's parameters as Server-Sent Events
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html): `list` (the whole list) and `change`, as on the
/// socket; each has the id by which a client goes on that comes back with `Last-Event-ID`. Throws Error where the query
/// is wrong.
net::HttpResponse watch_tasks(const std::shared_ptr<RunnerLink>& link, const std::shared_ptr<SubscriptionBook>& book,
                              const IdentityPtr& who, const net::HttpRequest& request);

}  // namespace taskrunner::api
