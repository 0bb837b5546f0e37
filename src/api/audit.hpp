#pragma once

#include <taskrunner/awaitable.hpp>

#include "api/identity.hpp"
#include "net/http_message.hpp"

#include <string>
#include <string_view>

namespace taskrunner::api {

/// What a client asked to be changed. Clients that proved who they are have a line in the log for each: who, from where,
/// what, of which task, and how it was answered.
struct ChangeRequest {
  IdentityPtr who;
  std::string address;
  std::string what;
  std::string id;  ///< of the task; empty: the answer says
};

/// The line. Pure.
std::string audit_line(const ChangeRequest& change, std::string_view answer);

/// The same request, with a line about its answer (text of arguments, or what it throws) where it asks for a change.
awaitable<std::string> audited(awaitable<std::string> request, ChangeRequest change);
awaitable<net::HttpResponse> audited(awaitable<net::HttpResponse> request, const net::HttpRequest& asked, IdentityPtr who);

}  // namespace taskrunner::api
