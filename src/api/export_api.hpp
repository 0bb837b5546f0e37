#pragma once

#include "api/runner_link.hpp"
#include "net/http_message.hpp"

#include <memory>

namespace taskrunner::api {

/// GET /api/v1/tasks/export?after=ID&limit=N: the tasks after that id (all: without it), in order of their ids, a line
/// each of canonical Extended JSON. A page ends early above 4 MiB; an empty one is the end.
awaitable<net::HttpResponse> export_page(std::shared_ptr<RunnerLink> link, const net::HttpRequest& request);

}  // namespace taskrunner::api
