#pragma once

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>

#include <cstddef>
#include <limits>

namespace taskrunner {

/// What every handler of Boost's basic_parser must name. Sizes are bounded by whoever reads the text.
struct JsonHandler {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
  using Ec = boost::json::error_code;
  using View = boost::json::string_view;
};

}  // namespace taskrunner
