#include "net/http_message.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace taskrunner::net {
namespace {

using Lengths = std::array<std::uint32_t, 2>;

Lengths lengths_at(const char* bytes) {
  Lengths lengths;
  std::memcpy(lengths.data(), bytes, sizeof lengths);
  return lengths;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The byte that a `%XX` at the front stands for, or -1.
int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]), low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string decode_form(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const int byte = escaped_byte(text);
    decoded.push_back(byte >= 0 ? static_cast<char>(byte) : text[0] == '+' ? ' ' : text[0]);
    text.remove_prefix(byte >= 0 ? 3 : 1);
  }
  return decoded;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

HttpFields::HttpFields(std::initializer_list<Field> fields) {
  for (const auto& [name, value] : fields) add(name, value);
}

HttpFields::Field HttpFields::Iterator::operator*() const {
  const auto lengths = lengths_at(at_);
  const char* name = at_ + sizeof lengths;
  return {{name, lengths[0]}, {name + lengths[0], lengths[1]}};
}

HttpFields::Iterator& HttpFields::Iterator::operator++() {
  const auto lengths = lengths_at(at_);
  at_ += sizeof lengths + lengths[0] + lengths[1];
  return *this;
}

std::string_view HttpFields::get(std::string_view name) const {
  for (const auto& [field, value] : *this)
    if (equal_ignoring_case(field, name)) return value;
  return {};
}

bool HttpFields::has(std::string_view name) const { return count(name) > 0; }

std::size_t HttpFields::count(std::string_view name) const {
  std::size_t found = 0;
  for (const auto& [field, value] : *this) found += equal_ignoring_case(field, name);
  return found;
}

std::size_t HttpFields::size() const {
  std::size_t fields = 0;
  for (auto it = begin(); it != end(); ++it) ++fields;
  return fields;
}

bool HttpFields::has_token(std::string_view name, std::string_view token) const {
  for (const auto& [field, value] : *this) {
    if (!equal_ignoring_case(field, name)) continue;
    for (std::string_view rest = value; !rest.empty();) {
      const auto comma = rest.find(',');
      if (equal_ignoring_case(trimmed(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
  return false;
}

void HttpFields::set(std::string_view name, std::string_view value) {
  HttpFields others;
  for (const auto& [field, kept] : *this)
    if (!equal_ignoring_case(field, name)) others.add(field, kept);
  others.add(name, value);
  *this = std::move(others);
}

void HttpFields::add(std::string_view name, std::string_view value) {
  const Lengths lengths{static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())};
  packed_.append(reinterpret_cast<const char*>(lengths.data()), sizeof lengths).append(name).append(value);
}

HttpQuery HttpQuery::parse(std::string_view text) {
  HttpQuery query;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto item = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (item.empty()) continue;
    const auto equals = item.find('=');
    query.items_.emplace_back(decode_form(item.substr(0, equals)),
                              equals == std::string_view::npos ? "" : decode_form(item.substr(equals + 1)));
  }
  return query;
}

std::optional<std::string_view> HttpQuery::get(std::string_view name) const {
  for (const auto& [key, value] : items_)
    if (key == name) return value;
  return std::nullopt;
}

std::vector<std::string_view> HttpQuery::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : items_)
    if (key == name) values.push_back(value);
  return values;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const int byte = escaped_byte(text);
    if (text[0] == '%' && byte < 0) return std::nullopt;
    decoded.push_back(byte >= 0 ? static_cast<char>(byte) : text[0]);
    text.remove_prefix(byte >= 0 ? 3 : 1);
  }
  return decoded;
}

HttpResponse text_response(unsigned status, std::string body, std::string_view content_type) {
  HttpResponse response = empty_response(status);
  response.headers.add("Content-Type", content_type);
  response.body = std::move(body);
  return response;
}

HttpResponse json_response(unsigned status, std::string json_text) {
  return text_response(status, std::move(json_text), "application/json");
}

HttpResponse empty_response(unsigned status) {
  HttpResponse response;
  response.status = status;
  return response;
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

}  // namespace taskrunner::net
