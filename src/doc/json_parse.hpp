#pragma once

#include <taskrunner/json.hpp>

#include <boost/json/value.hpp>

#include <cstddef>

namespace taskrunner {

/// The socket layer's parsed arguments as our value. Numbers as Json::parse stores them, save that an integer
/// beyond 64 bits has lost its last digits already.
Json from_boost_json(const boost::json::value& value);

/// No value from outside nests deeper, whichever way it comes.
constexpr std::size_t deepest_json = 100;
constexpr const char* too_deep_text = "nested deeper than 100 levels";

/// How many objects and arrays stand within each other there; 0 for a plain value.
std::size_t depth_of(const boost::json::value& value);

/// A JavaScript number: int32 where it is whole and fits (not for -0), else a double.
Json json_number(double value);

}  // namespace taskrunner
