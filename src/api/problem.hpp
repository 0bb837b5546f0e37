#pragma once

#include <taskrunner/error.hpp>

#include "net/http_message.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace taskrunner::api {

/// A request that HTTP itself refuses: its status says more than an ErrorCode could.
class HttpError : public std::runtime_error {
 public:
  HttpError(unsigned status, const std::string& detail, net::HttpFields fields = {})
      : std::runtime_error(detail), status_(status), fields_(std::move(fields)) {}
  unsigned status() const { return status_; }
  const net::HttpFields& fields() const { return fields_; }

 private:
  unsigned status_;
  net::HttpFields fields_;
};

unsigned status_of(ErrorCode code);

/// `{type, title, status, detail, instance}` as JSON text (RFC 9457); `instance` is the request's path.
std::string problem_text(unsigned status, std::string_view detail, std::string_view instance);
/// The same as an answer; 503 says when to try again.
net::HttpResponse problem(unsigned status, std::string_view detail, std::string_view instance);

}  // namespace taskrunner::api
