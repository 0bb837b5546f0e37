#pragma once

#include <cstddef>
#include <string_view>

namespace taskrunner {

/// How many bytes the character at the front of `text` has: 1 to 4, or 0 where no valid UTF-8 begins there (also for
/// overlong forms, surrogates and what is beyond U+10FFFF). Source: RFC 3629, section 4.
std::size_t utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace taskrunner
