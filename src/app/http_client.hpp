#pragma once

#include "app/curl_handle.hpp"
#include "app/host_address.hpp"

#include <taskrunner/json.hpp>

#include <string>
#include <string_view>

namespace taskrunner::app {

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// Requests to one host, one at a time, over one kept connection. Blocking; for one thread.
class HttpClient {
 public:
  /// Throws Error{invalid_argument} where the host's URL is none. A request may take `timeout_ms`.
  explicit HttpClient(const HostAddress& host, long timeout_ms = 60'000);

  const std::string& base_url() const { return base_url_; }

  /// The answer, whatever its status. `path` begins with '/' and is encoded already. Throws Error{unavailable} that
  /// names the host and the way out where no answer came.
  HttpAnswer send(const std::string& method, const std::string& path, std::string_view body = {},
                  const std::string& content_type = "application/json");

  /// The JSON of a good answer (null where it is empty). A bad one throws an Error with what the host said:
  /// not_found, conflict, invalid_argument or unavailable by its status.
  Json call(const std::string& method, const std::string& path, std::string_view body = {},
            const std::string& content_type = "application/json");

 private:
  const std::string base_url_;
  const std::string token_;
  std::string body_;
  CurlEasy easy_;
};

/// Throws as HttpClient::call() does where the answer is a bad one.
void check_answer(const HttpAnswer& answer, const std::string& base_url);

/// Percent-encodes what may not stand in a query's value (RFC 3986).
std::string url_encode(std::string_view text);

}  // namespace taskrunner::app
