#include "doc/json_parse.hpp"

#include <taskrunner/error.hpp>
#include <taskrunner/json.hpp>

#include "base/json_handler.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

namespace taskrunner {
namespace {

/// The integer's digits are exactly what the double holds.
bool is_exact(double value, std::string_view text) {
  char digits[400];
  const int length = std::snprintf(digits, sizeof digits, "%.0f", value);
  return length > 0 && std::string_view(digits, static_cast<std::size_t>(length)) == text;
}

bool is_integer_text(std::string_view text) { return text.find_first_of(".eE") == std::string_view::npos; }

/// The nearest double; nothing where the number is too large for one.
std::optional<double> exact_double(const std::string& number) {
  const double value = std::strtod(number.c_str(), nullptr);
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// As JSON.parse: of members with the same name the last one's value counts, at the first one's place.
void keep_last_of_each(JsonObject& object) {
  std::unordered_map<std::string_view, Json*> first;
  std::vector<bool> is_repeat;
  first.reserve(object.size());
  for (auto& [name, value] : object) {
    const auto [known, is_new] = first.try_emplace(name, &value);
    if (!is_new) *known->second = std::move(value);
    is_repeat.push_back(!is_new);
  }
  if (first.size() == object.size()) return;
  JsonObject kept;
  auto repeat = is_repeat.begin();
  for (auto& [name, value] : object)
    if (!*repeat++) kept.append(std::move(name), std::move(value));
  object = std::move(kept);
}

/// Builds the value from the parser's events; the stack holds the containers that are still open.
struct Builder : JsonHandler {
  struct Open {
    Json container;
    std::string key;
  };
  std::vector<Open> stack;
  std::string text;
  Json root;
  std::string refused;

  /// An object of few members is kept free of repeated names as it grows, a large one at its end.
  static constexpr std::size_t few_members = 32;

  bool put(Json value) {
    if (stack.empty()) {
      root = std::move(value);
    } else if (JsonArray* array = stack.back().container.if_array()) {
      array->push_back(std::move(value));
    } else {
      JsonObject& object = stack.back().container.as_object();
      if (object.size() < few_members)
        object.set(stack.back().key, std::move(value));
      else
        object.append(std::move(stack.back().key), std::move(value));
    }
    return true;
  }
  bool open(Json container) {
    stack.push_back({std::move(container), {}});
    return true;
  }
  bool close() {
    Json done = std::move(stack.back().container);
    stack.pop_back();
    if (JsonObject* object = done.if_object(); object && object->size() > few_members) keep_last_of_each(*object);
    return put(std::move(done));
  }
  /// The number's whole text: parts come before its end where the parser saw it in pieces.
  std::string whole_number(View end) {
    text.append(end.data(), end.size());
    return std::exchange(text, {});
  }
  bool refuse(const std::string& number, Ec& ec) {
    refused = "the number " + number + " fits no BSON type exactly: send it as a string";
    ec = boost::json::error::not_exact;
    return false;
  }

  bool on_document_begin(Ec&) { return true; }
  bool on_document_end(Ec&) { return true; }
  bool on_object_begin(Ec&) { return open(JsonObject()); }
  bool on_object_end(std::size_t, Ec&) { return close(); }
  bool on_array_begin(Ec&) { return open(JsonArray()); }
  bool on_array_end(std::size_t, Ec&) { return close(); }
  bool on_key_part(View part, std::size_t, Ec&) { return text.append(part.data(), part.size()), true; }
  bool on_key(View part, std::size_t, Ec&) {
    text.append(part.data(), part.size());
    stack.back().key = std::exchange(text, {});
    return true;
  }
  bool on_string_part(View part, std::size_t, Ec&) { return text.append(part.data(), part.size()), true; }
  bool on_string(View part, std::size_t, Ec&) {
    text.append(part.data(), part.size());
    return put(std::exchange(text, {}));
  }
  bool on_number_part(View part, Ec&) { return text.append(part.data(), part.size()), true; }
  bool on_int64(std::int64_t value, View end, Ec&) {
    if (whole_number(end).starts_with('-') && value == 0) return put(-0.0);
    return put(value);
  }
  bool on_uint64(std::uint64_t value, View end, Ec& ec) {
    const std::string number = whole_number(end);
    if (!is_exact(static_cast<double>(value), number)) return refuse(number, ec);
    return put(static_cast<double>(value));
  }
  /// Not the parser's own value: Boost 1.81 gets the last digit of one double in ten wrong.
  bool on_double(double, View end, Ec& ec) {
    const std::string number = whole_number(end);
    const auto value = exact_double(number);
    if (!value || (is_integer_text(number) && !is_exact(*value, number))) return refuse(number, ec);
    return put(json_number(*value));
  }
  bool on_bool(bool value, Ec&) { return put(value); }
  bool on_null(Ec&) { return put(nullptr); }
  bool on_comment_part(View, Ec&) { return true; }
  bool on_comment(View, Ec&) { return true; }
};

}  // namespace

Json json_number(double value) {
  const bool fits = value >= std::numeric_limits<std::int32_t>::min() &&
                    value <= std::numeric_limits<std::int32_t>::max() && std::trunc(value) == value;
  if (fits && !(value == 0 && std::signbit(value))) return Json::int32(static_cast<std::int32_t>(value));
  return value;
}

Json from_boost_json(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return nullptr;
    case boost::json::kind::bool_: return value.get_bool();
    case boost::json::kind::int64: return value.get_int64();
    case boost::json::kind::uint64: return value.get_uint64();
    case boost::json::kind::double_: return json_number(value.get_double());
    case boost::json::kind::string: return std::string_view(value.get_string());
    case boost::json::kind::array: {
      JsonArray array;
      array.reserve(value.get_array().size());
      for (const auto& element : value.get_array()) array.push_back(from_boost_json(element));
      return array;
    }
    case boost::json::kind::object: {
      JsonObject object;
      object.reserve(value.get_object().size());
      for (const auto& member : value.get_object())
        object.append(std::string(member.key()), from_boost_json(member.value()));
      return object;
    }
  }
  return nullptr;
}

std::size_t depth_of(const boost::json::value& value) {
  std::size_t deepest = 0;
  if (const auto* array = value.if_array())
    for (const auto& element : *array) deepest = std::max(deepest, depth_of(element));
  if (const auto* object = value.if_object())
    for (const auto& member : *object) deepest = std::max(deepest, depth_of(member.value()));
  return value.is_structured() ? deepest + 1 : 0;
}

Json Json::parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = deepest_json;
  boost::json::basic_parser<Builder> parser(options);
  boost::json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && read < text.size()) ec = boost::json::error::extra_data;
  if (!ec) return std::move(parser.handler().root);
  if (ec == boost::json::error::too_deep) parser.handler().refused = too_deep_text;
  const std::string& refused = parser.handler().refused;
  throw Error(ErrorCode::invalid_argument,
              (refused.empty() ? "bad JSON: " + ec.message() : refused) + " (at byte " + std::to_string(read) + ")");
}

}  // namespace taskrunner
