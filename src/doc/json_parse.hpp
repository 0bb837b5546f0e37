#pragma once

#include <taskrunner/json.hpp>

#include <boost/json/value.hpp>

namespace taskrunner {

/// The socket layer's parsed arguments as our value. Numbers as Json::parse stores them, save that an integer
/// beyond 64 bits has lost its last digits already.
Json from_boost_json(const boost::json::value& value);

/// A JavaScript number: int32 where it is whole and fits (not for -0), else a double.
Json json_number(double value);

}  // namespace taskrunner
