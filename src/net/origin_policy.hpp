#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace taskrunner::net {

/// Which browser origins may talk to a server. A request without an Origin header is no browser's
/// cross-origin request and is always let through; an origin that is not allowed gets 403 and is never named.
struct OriginPolicy {
  /// (Origin header, Host header) → may it. Called once a request; absent: only `same_origin`.
  std::function<bool(std::string_view origin, std::string_view host)> allows;
  /// Everyone may, answered with `*`. Never together with credentials.
  bool any = false;
  /// Adds Access-Control-Allow-Credentials for an allowed origin.
  bool credentials = false;
};

/// True if the origin is http(s)://<host>. Note that this alone does not stop DNS rebinding: a program
/// that listens on loopback also checks that the host is one of its own names.
bool same_origin(std::string_view origin, std::string_view host);

/// The CORS fields of the answer to a request with these headers (empty without an Origin), or nothing if
/// the origin may not.
std::optional<HttpFields> cors_fields(const OriginPolicy& policy, const HttpFields& request_headers);

/// Is it a CORS preflight (OPTIONS with Access-Control-Request-Method)?
bool is_preflight(const HttpRequest& request);

/// The 204 answer to an allowed preflight: asked-for headers and all methods of ours, kept for 10 minutes.
HttpResponse preflight_response(const HttpRequest& request, HttpFields cors);

}  // namespace taskrunner::net
