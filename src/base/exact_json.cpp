#include "base/exact_json.hpp"

#include "base/json_handler.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace taskrunner {
namespace {

/// Boost's own handler but for the doubles. Its pieces of strings are collected by the stack, those of numbers here.
struct Builder : JsonHandler {
  boost::json::value_stack stack;
  std::string number;

  bool on_document_begin(Ec&) { return true; }
  bool on_document_end(Ec&) { return true; }
  bool on_object_begin(Ec&) { return true; }
  bool on_object_end(std::size_t members, Ec&) { return stack.push_object(members), true; }
  bool on_array_begin(Ec&) { return true; }
  bool on_array_end(std::size_t elements, Ec&) { return stack.push_array(elements), true; }
  bool on_key_part(View part, std::size_t, Ec&) { return stack.push_chars(part), true; }
  bool on_key(View part, std::size_t, Ec&) { return stack.push_key(part), true; }
  bool on_string_part(View part, std::size_t, Ec&) { return stack.push_chars(part), true; }
  bool on_string(View part, std::size_t, Ec&) { return stack.push_string(part), true; }
  bool on_number_part(View part, Ec&) { return number.append(part.data(), part.size()), true; }
  bool on_int64(std::int64_t value, View, Ec&) { return number.clear(), stack.push_int64(value), true; }
  bool on_uint64(std::uint64_t value, View, Ec&) { return number.clear(), stack.push_uint64(value), true; }
  bool on_double(double, View end, Ec& ec) {
    number.append(end.data(), end.size());
    const double value = std::strtod(std::exchange(number, {}).c_str(), nullptr);
    if (!std::isfinite(value)) return ec = boost::json::error::not_exact, false;
    stack.push_double(value);
    return true;
  }
  bool on_bool(bool value, Ec&) { return stack.push_bool(value), true; }
  bool on_null(Ec&) { return stack.push_null(), true; }
  bool on_comment_part(View, Ec&) { return true; }
  bool on_comment(View, Ec&) { return true; }
};

}  // namespace

boost::json::value parse_exact_json(std::string_view text, boost::json::error_code& error, std::size_t max_depth) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::basic_parser<Builder> parser(options);
  parser.handler().stack.reset();
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = boost::json::error::extra_data;
  if (error) return nullptr;
  return parser.handler().stack.release();
}

}  // namespace taskrunner
