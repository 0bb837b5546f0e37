#pragma once

#include <taskrunner/query.hpp>

#include "api/identity.hpp"
#include "api/runner_link.hpp"
#include "net/http_message.hpp"

#include <memory>
#include <string>

namespace taskrunner::api {

// What /api/v1 does once method and path are known. Each throws Error or HttpError, which become problems.

/// Throws 415 where the body is not said to be of that type: what a foreign page's form could send is none of ours.
void want_media_type(const net::HttpRequest& request, std::string_view wanted);

/// The parameters `query`, `sort`, `skip` and `limit`.
Query query_of(const net::HttpRequest& request);

// Each sees and does what that identity may.

awaitable<net::HttpResponse> list_tasks(std::shared_ptr<RunnerLink> link, IdentityPtr who, const net::HttpRequest& request);
/// One (an object) or many (a list, of which each is answered for itself).
awaitable<net::HttpResponse> post_tasks(std::shared_ptr<RunnerLink> link, IdentityPtr who, const net::HttpRequest& request);
awaitable<net::HttpResponse> get_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, ObjectId id);
awaitable<net::HttpResponse> remove_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, ObjectId id);
awaitable<net::HttpResponse> signal_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, ObjectId id, SignalOp op,
                                         std::string address);
awaitable<net::HttpResponse> retry_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, ObjectId id);
awaitable<net::HttpResponse> get_logs(std::shared_ptr<RunnerLink> link, IdentityPtr who, ObjectId id);

awaitable<net::HttpResponse> list_hosts(std::shared_ptr<RunnerLink> link, IdentityPtr who);

}  // namespace taskrunner::api
