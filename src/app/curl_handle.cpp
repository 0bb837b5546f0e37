#include "app/curl_handle.hpp"

#include <taskrunner/error.hpp>

#include <boost/url/parse.hpp>

#include <cstdlib>

namespace taskrunner::app {
namespace {

constexpr long connect_timeout_ms = 10'000;

std::size_t append(char* data, std::size_t, std::size_t size, void* body) {
  static_cast<std::string*>(body)->append(data, size);
  return size;
}

}  // namespace

CurlEasy make_curl_easy(std::string* body) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CurlEasy easy(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!easy) throw Error(ErrorCode::internal, "libcurl cannot be started");
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");  // hosts are near: what http_proxy says is for the world outside
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, body);
  return easy;
}

void set_authorities(CURL* easy, const std::string& ca_file) {
  const char* by_environment = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe): nothing sets variables
  const std::string file = ca_file.empty() && by_environment ? by_environment : ca_file;
  if (!file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, file.c_str());
}

std::string checked_base_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const auto parsed = boost::urls::parse_absolute_uri(url);
  const bool is_good = parsed.has_value() && (parsed->scheme() == "http" || parsed->scheme() == "https") &&
                       !parsed->encoded_host().empty() && !parsed->has_query();
  if (!is_good)
    throw Error(ErrorCode::invalid_argument, "'" + url + "' is no host's URL; want one such as http://127.0.0.1:8080");
  return url;
}

}  // namespace taskrunner::app
