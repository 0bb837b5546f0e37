#include "api/web_page.hpp"

#include "api/problem.hpp"
#include "web/web_files.hpp"

namespace taskrunner::api {

void add_security_fields(net::HttpResponse& response) {
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (!response.headers.has("Content-Security-Policy"))
    response.headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store");
}

net::HttpResponse serve_page(const net::HttpRequest& request) {
  const web::WebFile* file = web::find(request.path);
  if (!file) return problem(404, "there is nothing at " + request.path.substr(0, 200), request.path);
  if (request.method != "GET" && request.method != "HEAD") {
    net::HttpResponse refused = problem(405, "the page can only be read", request.path);
    refused.headers.set("Allow", "GET, HEAD");
    return refused;
  }
  const bool is_known = request.headers.has_token("If-None-Match", file->etag);
  net::HttpResponse response = is_known ? net::empty_response(304)
                                        : net::text_response(200, std::string(file->content), file->content_type);
  response.headers.set("ETag", file->etag);
  response.headers.set("Cache-Control", "no-cache");
  response.headers.set("Content-Security-Policy", web::content_security_policy);
  return response;
}

}  // namespace taskrunner::api
