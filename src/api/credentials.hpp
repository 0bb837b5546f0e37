#pragma once

#include "net/http_message.hpp"
#include "net/socketio_socket.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::api {

// Where clients show who they are. Pure.

/// What stands behind `Authorization: Bearer`; empty behind any other scheme, nothing without such a field.
std::optional<std::string> bearer_of(const net::HttpFields& headers);

/// A text of what a client joined a namespace with, or sent; nothing where there is no member of that name, empty where it is
/// no text.
std::optional<std::string> text_member(const boost::json::value& value, std::string_view name);

/// The request is none of another origin's page: only such ones may use this host's cookie. `own_origins` are those that
/// `Host` does not show, as behind a proxy.
bool is_from_own_page(const net::HttpFields& headers, const std::vector<std::string>& own_origins);

}  // namespace taskrunner::api
