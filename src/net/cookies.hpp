#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace taskrunner::net {

/// The value of the cookie of that name in a request (RFC 6265, section 5.4). Nothing where it stands twice: another
/// page of the same name of host may have set one of them.
std::optional<std::string> cookie(const HttpFields& request_headers, std::string_view name);

struct CookieTerms {
  bool secure = false;  ///< sent back over TLS only
  int max_age_s = 0;    ///< 0: forgotten at once
};

/// A Set-Cookie field for the whole host, which scripts cannot read and which no other site's page can have sent.
std::string set_cookie(std::string_view name, std::string_view value, const CookieTerms& terms);

}  // namespace taskrunner::net
