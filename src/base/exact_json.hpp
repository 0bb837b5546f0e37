#pragma once

#include <boost/json/error.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

namespace taskrunner {

/// As boost::json::parse, but every double is the nearest one: Boost 1.81 gets the last digit of one in ten wrong.
/// Null, with `error` set, where the text is not one JSON value or nests deeper than `max_depth`.
boost::json::value parse_exact_json(std::string_view text, boost::json::error_code& error, std::size_t max_depth);

}  // namespace taskrunner
