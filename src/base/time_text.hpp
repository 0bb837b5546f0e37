#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner {

/// ISO-8601 UTC with milliseconds, `2026-01-31T09:30:00.000Z`: the stored documents' form of time.
/// Years outside 0 … 9999 as JavaScript writes them, `+010000-…`, `-000001-…`.
std::string iso_time(std::int64_t wall_ms);

/// The reverse. Takes RFC 3339 (any offset, seconds fraction optional); nothing where it is no time.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

/// A length in words: `250ms`, `10s`, `5m`, `2h`, `7d`, or a bare number of seconds. Nothing where it is none.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);

}  // namespace taskrunner
