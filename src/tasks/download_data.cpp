#include "tasks/download_data.hpp"

#include <taskrunner/error.hpp>

#include "base/utf8.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace taskrunner::tasks {
namespace {

constexpr std::size_t longest_url = 8000;
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_path = 3000;
constexpr std::size_t longest_default_name = 200;
constexpr double highest_rate = 1e15;

[[noreturn]] void refuse(std::string_view member, const std::string& text) {
  throw Error(ErrorCode::invalid_argument, "'" + std::string(member) + "' " + text);
}

const std::string* string_member(const Json& data, std::string_view name) {
  const Json* member = data.find(name);
  if (!member) return nullptr;
  if (!member->is_string()) refuse(name, "must be a string, not " + std::string(type_name(*member)));
  return member->if_string();
}

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string url_part(const UrlHandle& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  const std::string copy(text);
  curl_free(text);
  return copy;
}

void check_url(const std::string& text) {
  if (text.size() > longest_url) refuse("url", "is longer than " + std::to_string(longest_url) + " bytes");
  if (text.find('\0') != std::string::npos) refuse("url", "holds a zero byte");
  const UrlHandle url(curl_url(), &curl_url_cleanup);
  const auto problem = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  if (problem != CURLUE_OK) refuse("url", std::string("is no URL: ") + curl_url_strerror(problem));
  const auto scheme = url_part(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https" && scheme != "ftp")
    refuse("url", "must begin with http://, https:// or ftp://, not " + scheme + ":");
  if (url_part(url, CURLUPART_HOST).empty()) refuse("url", "names no host");
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void check_name(std::string_view name, const std::string& path) {
  if (name.empty()) refuse("path", "'" + path + "' has an empty part");
  if (name == "." || name == "..") refuse("path", "'" + path + "' must stay below the download folder, without . and ..");
  if (name.size() > longest_name) refuse("path", "has a part longer than 255 bytes");
  if (name.starts_with('.') && name.ends_with(".part")) refuse("path", "'" + path + "' is a name kept for unfinished downloads");
}

void check_path(const std::string& path) {
  if (path.empty()) refuse("path", "is empty");
  if (path.size() > longest_path) refuse("path", "is longer than " + std::to_string(longest_path) + " bytes");
  if (!is_utf8(path) || std::ranges::any_of(path, is_control)) refuse("path", "holds control characters or no UTF-8");
  if (path.front() == '/') refuse("path", "'" + path + "' must be relative to the download folder");
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    check_name(std::string_view(path).substr(begin, end - begin), path);
    begin = end + 1;
  }
}

std::string checked_sha256(const std::string& text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
  if (lower.size() != 64 || lower.find_first_not_of("0123456789abcdef") != std::string::npos)
    refuse("sha256", "must be 64 hexadecimal digits");
  return lower;
}

std::int64_t checked_rate(const Json& rate) {
  if (!rate.is_number()) refuse("bytesPerSecond", "must be a number, not " + std::string(type_name(rate)));
  const double value = rate.as_double();
  if (!(value >= 1 && value <= highest_rate)) refuse("bytesPerSecond", "must be positive (1 to 10^15)");
  return static_cast<std::int64_t>(value);
}

std::string percent_decoded(const std::string& text) {
  int length = 0;
  char* decoded = curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &length);
  if (!decoded) return text;
  std::string copy(decoded, static_cast<std::size_t>(length));
  curl_free(decoded);
  return copy;
}

// Each byte that is a separator, a control character or no UTF-8 becomes '_'; cut between characters.
std::string safe_name(std::string_view raw) {
  std::string name;
  while (!raw.empty() && name.size() + 4 <= longest_default_name) {
    const auto length = std::max<std::size_t>(utf8_length(raw), 1);
    const bool wrong = utf8_length(raw) == 0 || is_control(raw[0]) || raw[0] == '/' || raw[0] == '\\';
    name += wrong ? std::string_view("_") : raw.substr(0, length);
    raw.remove_prefix(length);
  }
  if (name.starts_with('.')) name[0] = '_';
  return name.empty() ? "download" : name;
}

}  // namespace

std::string default_path(const std::string& text) {
  const UrlHandle url(curl_url(), &curl_url_cleanup);
  curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  const auto path = url_part(url, CURLUPART_PATH);
  return safe_name(percent_decoded(path.substr(path.rfind('/') + 1)));
}

DownloadData read_download_data(const std::optional<Json>& json) {
  if (!json || !json->is_object())
    throw Error(ErrorCode::invalid_argument, "download#1 wants data {\"url\": …, \"path\"?, \"sha256\"?, \"bytesPerSecond\"?}");
  DownloadData data;
  const auto* url = string_member(*json, "url");
  if (!url) refuse("url", "is missing");
  check_url(*url);
  data.url = *url;
  const auto* path = string_member(*json, "path");
  if (path) check_path(*path);
  data.path = path ? *path : default_path(*url);
  if (const auto* sha256 = string_member(*json, "sha256")) data.sha256 = checked_sha256(*sha256);
  if (const auto* rate = json->find("bytesPerSecond")) data.bytes_per_second = checked_rate(*rate);
  return data;
}

}  // namespace taskrunner::tasks
