#include "api/problem.hpp"

#include <taskrunner/json.hpp>

namespace taskrunner::api {

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::not_supported: return 400;
    case ErrorCode::not_permitted: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::conflict: return 409;
    case ErrorCode::unavailable:
    case ErrorCode::unknown:
    case ErrorCode::stopped: return 503;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

std::string problem_text(unsigned status, std::string_view detail, std::string_view instance) {
  JsonObject body;
  body.append("type", "about:blank");
  body.append("title", net::reason_phrase(status));
  body.append("status", status);
  body.append("detail", detail);
  body.append("instance", instance);
  return Json(std::move(body)).dump();
}

net::HttpResponse problem(unsigned status, std::string_view detail, std::string_view instance) {
  net::HttpResponse response = net::text_response(status, problem_text(status, detail, instance), "application/problem+json");
  if (status == 503) response.headers.set("Retry-After", "1");
  return response;
}

}  // namespace taskrunner::api
