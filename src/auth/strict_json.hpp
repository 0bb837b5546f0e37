#pragma once

#include <taskrunner/json.hpp>

#include <optional>
#include <string_view>

namespace taskrunner::auth {

/// A JSON object in which no object has a name twice: what two readers could take for two things is no statement to be
/// trusted. Nothing where it is none, or nests deeper than 8 levels.
std::optional<Json> parse_strict_object(std::string_view text);

}  // namespace taskrunner::auth
