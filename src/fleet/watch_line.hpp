#pragma once

#include "fleet/peer_proof.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace taskrunner::fleet {

struct Goodbye {};
using WatchLine = std::variant<Hello, Goodbye>;

/// The longest line that is meant; whoever sends more is no host.
inline constexpr std::size_t watch_line_max = 128;

/// What goes over a watch connection, from the watched side only, a line each: "hello SESSION ADDRESS" first and
/// whenever the session changes, "goodbye" where it ends in order. With its line feed.
std::string to_text(const WatchLine& line);

/// `text` is without its line feed. Nothing where it is no such line.
std::optional<WatchLine> parse_watch_line(std::string_view text);

}  // namespace taskrunner::fleet
