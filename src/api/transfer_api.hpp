#pragma once

#include "api/identity.hpp"
#include "api/runner_link.hpp"
#include "net/http_message.hpp"

#include <memory>

namespace taskrunner::api {

inline constexpr std::size_t most_lines_an_import = 1'000;

/// GET /api/v1/tasks/export?after=ID&limit=N: the tasks after that id (all: without it), in order of their ids, a line
/// each of canonical Extended JSON. A page ends early above 4 MiB; an empty one is the end.
/// Of the tasks that the identity may see. Throws Error{not_permitted} where it is no admin or fields are hidden from it:
/// a task without them would be another.
awaitable<net::HttpResponse> export_page(std::shared_ptr<RunnerLink> link, IdentityPtr who, const net::HttpRequest& request);

/// POST /api/v1/tasks/import: lines that an export wrote, each taken or refused for itself; 207 where some were
/// refused. Durable when it answers; a repeat does no harm. Who may not export may not import; a task that it would not
/// see is refused. Throws Error{invalid_argument} above
/// `most_lines_an_import`, and HttpError 415 where the body is not said to be such lines.
awaitable<net::HttpResponse> import_page(std::shared_ptr<RunnerLink> link, IdentityPtr who, const net::HttpRequest& request);

}  // namespace taskrunner::api
