#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskrunner {

/// Standard alphabet with padding (RFC 4648, section 4).
std::string base64_encode(std::string_view bytes);

/// The reverse; nothing where a character, the length or the padding is wrong.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace taskrunner
