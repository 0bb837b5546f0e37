#include "app/http_client.hpp"

#include <taskrunner/error.hpp>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

namespace taskrunner::app {
namespace {

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
    case 403:
    case 404: return ErrorCode::not_found;
    case 409: return ErrorCode::conflict;
    case 501: return ErrorCode::not_supported;
    case 408:
    case 429: return ErrorCode::unavailable;
    default: return status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid_argument;
  }
}

/// RFC 9457: `detail` says more than `title`.
std::string problem_text(const HttpAnswer& answer) {
  try {
    const Json problem = Json::parse(answer.body);
    for (const char* name : {"detail", "title"})
      if (const Json* text = problem.find(name); text && text->is_string()) return text->as_string();
  } catch (const Error&) {  // no JSON: not an answer of ours
  }
  return {};
}

}  // namespace

HttpClient::HttpClient(const HostAddress& host, long timeout_ms)
    : base_url_(checked_base_url(host.url)), token_(host.token), easy_(make_curl_easy(&body_)) {
  set_authorities(easy_.get(), host.ca_file);
  if (host.trusts_any) {
    curl_easy_setopt(easy_.get(), CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy_.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  }
  curl_easy_setopt(easy_.get(), CURLOPT_TIMEOUT_MS, timeout_ms);
}

HttpAnswer HttpClient::send(const std::string& method, const std::string& path, std::string_view body,
                            const std::string& content_type) {
  CURL* const easy = easy_.get();
  body_.clear();
  CurlList headers(curl_slist_append(nullptr, ("Content-Type: " + content_type).c_str()));
  headers.reset(curl_slist_append(headers.release(), "Expect:"));
  if (!token_.empty()) headers.reset(curl_slist_append(headers.release(), ("Authorization: Bearer " + token_).c_str()));
  curl_easy_setopt(easy, CURLOPT_URL, (base_url_ + path).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);  // takes the last request's body away
  if (method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method == "GET" || method == "POST" ? nullptr : method.c_str());
  const CURLcode result = curl_easy_perform(easy);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
  if (result != CURLE_OK)
    throw Error(ErrorCode::unavailable, fmt::format("cannot reach {}: {}. Is the host running (task-runner serve)? Another "
                                                    "one is named by --url or TASK_RUNNER_URL",
                                                    base_url_, curl_easy_strerror(result)));
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
  return {static_cast<int>(status), type ? type : "", std::move(body_)};
}

void check_answer(const HttpAnswer& answer, const std::string& base_url) {
  if (answer.status >= 200 && answer.status < 300) return;
  std::string text = problem_text(answer);
  if (text.empty()) text = fmt::format("{} answered {}: is it a task-runner?", base_url, answer.status);
  if (answer.status == 401) text += ". A token is given by TASK_RUNNER_TOKEN or --token-from FILE";
  throw Error(code_of(answer.status), text);
}

Json HttpClient::call(const std::string& method, const std::string& path, std::string_view body,
                      const std::string& content_type) {
  const HttpAnswer answer = send(method, path, body, content_type);
  check_answer(answer, base_url_);
  if (answer.body.empty()) return {};
  try {
    return Json::parse(answer.body);
  } catch (const Error& error) {
    throw Error(ErrorCode::unavailable,
                fmt::format("{} answered what is no JSON ({}): is it a task-runner?", base_url_, error.what()));
  }
}

std::string url_encode(std::string_view text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

}  // namespace taskrunner::app
