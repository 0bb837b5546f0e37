#include "net/origin_policy.hpp"

namespace taskrunner::net {

bool same_origin(std::string_view origin, std::string_view host) {
  if (host.empty()) return false;
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme) && equal_ignoring_case(origin.substr(scheme.size()), host)) return true;
  return false;
}

std::optional<HttpFields> cors_fields(const OriginPolicy& policy, const HttpFields& request_headers) {
  HttpFields fields;
  if (!request_headers.has("Origin")) return fields;
  if (policy.any) {
    fields.add("Access-Control-Allow-Origin", "*");
    return fields;
  }
  const auto origin = request_headers.get("Origin"), host = request_headers.get("Host");
  if (!(policy.allows ? policy.allows(origin, host) : same_origin(origin, host))) return std::nullopt;
  fields.add("Access-Control-Allow-Origin", origin);
  fields.add("Vary", "Origin");
  if (policy.credentials) fields.add("Access-Control-Allow-Credentials", "true");
  return fields;
}

bool is_preflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && request.headers.has("Access-Control-Request-Method");
}

HttpResponse preflight_response(const HttpRequest& request, HttpFields cors) {
  HttpResponse response = empty_response(204);
  response.headers = std::move(cors);
  response.headers.add("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  const auto asked = request.headers.get("Access-Control-Request-Headers");
  if (!asked.empty()) response.headers.add("Access-Control-Allow-Headers", asked);
  response.headers.add("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace taskrunner::net
