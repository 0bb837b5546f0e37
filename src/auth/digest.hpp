#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace taskrunner::auth {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);  ///< RFC 2104

/// Takes as long for a wrong one as for the right one.
bool is_equal(const Digest& a, const Digest& b);
bool is_equal(std::string_view a, std::string_view b);

std::string to_hex(const Digest& digest);
/// The bytes as text.
std::string_view bytes_of(const Digest& digest);

/// Gives a text that nobody can guess.
using MakeSecret = std::function<std::string()>;

/// 256 random bits of the system's, as 43 characters of base64url. Throws Error{internal} where it has none.
std::string random_secret();

}  // namespace taskrunner::auth
