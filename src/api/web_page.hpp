#pragma once

#include "net/http_message.hpp"

namespace taskrunner::api {

/// The page's files, as they were built in: with ETag, 304, and a strict Content-Security-Policy.
/// A path that is none of them is a 404 problem.
net::HttpResponse serve_page(const net::HttpRequest& request);

/// On every answer of the door.
void add_security_fields(net::HttpResponse& response);

}  // namespace taskrunner::api
