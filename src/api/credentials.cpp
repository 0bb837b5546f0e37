#include "api/credentials.hpp"

#include "net/origin_policy.hpp"

#include <algorithm>

namespace taskrunner::api {

std::optional<std::string> bearer_of(const net::HttpFields& headers) {
  if (!headers.has("Authorization")) return std::nullopt;
  std::string_view value = headers.get("Authorization");
  const std::size_t space = value.find(' ');
  const bool is_bearer = net::equal_ignoring_case(value.substr(0, space), "Bearer");
  if (!is_bearer || space == std::string_view::npos || headers.count("Authorization") != 1) return "";
  value.remove_prefix(std::min(value.find_first_not_of(' ', space), value.size()));
  return std::string(value);
}

std::optional<std::string> text_member(const boost::json::value& value, std::string_view name) {
  const boost::json::object* object = value.if_object();
  const boost::json::value* member = object ? object->if_contains(name) : nullptr;
  if (!member) return std::nullopt;
  return member->is_string() ? std::string(member->get_string()) : std::string();
}

bool is_from_own_page(const net::HttpFields& headers, const std::vector<std::string>& own_origins) {
  if (!headers.has("Origin")) return true;
  const std::string_view origin = headers.get("Origin");
  const auto is_it = [&](const std::string& own) { return net::equal_ignoring_case(own, origin); };
  return net::same_origin(origin, headers.get("Host")) || std::any_of(own_origins.begin(), own_origins.end(), is_it);
}

}  // namespace taskrunner::api
