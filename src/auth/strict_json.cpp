#include "auth/strict_json.hpp"

#include <taskrunner/error.hpp>

#include "base/json_handler.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <set>
#include <string>
#include <vector>

namespace taskrunner::auth {
namespace {

constexpr std::size_t deepest = 8;

/// Notes the names of the objects that are open.
struct NameWatch : JsonHandler {
  std::vector<std::set<std::string>> open;
  std::string name;

  bool on_document_begin(Ec&) { return true; }
  bool on_document_end(Ec&) { return true; }
  bool on_object_begin(Ec&) { return open.emplace_back(), true; }
  bool on_object_end(std::size_t, Ec&) { return open.pop_back(), true; }
  bool on_array_begin(Ec&) { return true; }
  bool on_array_end(std::size_t, Ec&) { return true; }
  bool on_key_part(View part, std::size_t, Ec&) { return name.append(part.data(), part.size()), true; }
  bool on_key(View part, std::size_t, Ec& ec) {
    name.append(part.data(), part.size());
    const bool is_new = open.back().insert(std::exchange(name, {})).second;
    if (!is_new) ec = boost::json::error::syntax;
    return is_new;
  }
  bool on_string_part(View, std::size_t, Ec&) { return true; }
  bool on_string(View, std::size_t, Ec&) { return true; }
  bool on_number_part(View, Ec&) { return true; }
  bool on_int64(std::int64_t, View, Ec&) { return true; }
  bool on_uint64(std::uint64_t, View, Ec&) { return true; }
  bool on_double(double, View, Ec&) { return true; }
  bool on_bool(bool, Ec&) { return true; }
  bool on_null(Ec&) { return true; }
  bool on_comment_part(View, Ec&) { return true; }
  bool on_comment(View, Ec&) { return true; }
};

bool has_each_name_once(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = deepest;
  boost::json::basic_parser<NameWatch> parser(options);
  boost::json::error_code ec;
  return parser.write_some(false, text.data(), text.size(), ec) == text.size() && !ec;
}

}  // namespace

std::optional<Json> parse_strict_object(std::string_view text) {
  if (!has_each_name_once(text)) return std::nullopt;
  try {
    Json value = Json::parse(text);
    if (value.is_object()) return value;
  } catch (const Error&) {  // a number that fits no type
  }
  return std::nullopt;
}

}  // namespace taskrunner::auth
