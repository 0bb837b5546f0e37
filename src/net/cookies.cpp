#include "net/cookies.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taskrunner::net {
std::optional<std::string> cookie(const HttpFields& request_headers, std::string_view name) {
  std::optional<std::string> found;
  for (auto [field, list] : request_headers) {
    if (!equal_ignoring_case(field, "Cookie")) continue;
    while (!list.empty()) {
      const std::string_view pair = list.substr(0, list.find(';'));
      list.remove_prefix(std::min(pair.size() + 1, list.size()));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) continue;
      if (found) return std::nullopt;
      found = trimmed(pair.substr(equals + 1));
    }
  }
  return found;
}

std::string set_cookie(std::string_view name, std::string_view value, const CookieTerms& terms) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", name, value, terms.max_age_s,
                     terms.secure ? "; Secure" : "");
}

}  // namespace taskrunner::net
