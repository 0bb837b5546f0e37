#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskrunner {

/// Standard alphabet with padding (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes);

/// The reverse; nothing where a character, the length or the padding is wrong.
std::optional<std::string> base64_decode(std::string_view text);

/// The URL-safe alphabet without padding (RFC 4648, section 5; RFC 7515, section 2).
std::string base64url_encode(std::string_view bytes);

/// The reverse. Each text of bytes has one form only: padding and spare bits that are set are refused.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace taskrunner
