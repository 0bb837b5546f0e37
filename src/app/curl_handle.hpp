#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace taskrunner::app {

struct CurlEasyFree {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyFree>;
using CurlList = std::unique_ptr<curl_slist, CurlListFree>;

/// A handle for requests of HTTP(S) whose answer's body goes to `body`, which must outlive it. The first call in a
/// process must come before other threads are started.
CurlEasy make_curl_easy(std::string* body);

/// Who vouches for the certificates of https servers: what that file (PEM) has, or where it is empty, the one that the
/// environment's SSL_CERT_FILE names, or the system's.
void set_authorities(CURL* easy, const std::string& ca_file);

/// `url` without what a request could not be made of: http or https and a host, no trailing slash.
/// Throws Error{invalid_argument}.
std::string checked_base_url(std::string url);

}  // namespace taskrunner::app
