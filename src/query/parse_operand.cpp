#include "query/parse_operand.hpp"

#include "doc/bson_order.hpp"
#include "doc/bson_reader.hpp"
#include "doc/bson_type.hpp"
#include "doc/decimal128.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>
#include <limits>

namespace taskrunner {
namespace {

constexpr std::pair<std::string_view, BsonType> type_aliases[] = {
    {"double", bson_double},         {"string", bson_string},
    {"object", bson_document},       {"array", bson_array},
    {"binData", bson_binary},        {"undefined", bson_undefined},
    {"objectId", bson_object_id},    {"bool", bson_bool},
    {"date", bson_date},             {"null", bson_null},
    {"regex", bson_regex},           {"dbPointer", bson_db_pointer},
    {"javascript", bson_code},       {"symbol", bson_symbol},
    {"int", bson_int32},             {"javascriptWithScope", bson_code_with_scope},
    {"timestamp", bson_timestamp},   {"long", bson_int64},
    {"decimal", bson_decimal128},    {"minKey", bson_min_key},
    {"maxKey", bson_max_key},
};

bool has_rare_type(const Json& value, std::uint8_t type) {
  const auto* rare = std::get_if<RareBson>(&value.value());
  return rare && rare->type == type;
}

bool is_any_number(const Json& value) { return value.is_number() || has_rare_type(value, bson_decimal128); }

/// The number, where it is whole and within int64.
std::optional<std::int64_t> whole_number(const Json& value) {
  const auto whole = truncated_int64(value);
  if (!whole || !equal_bson(Json::int64(*whole), value)) return std::nullopt;
  return whole;
}

void add_type(std::vector<std::uint8_t>& types, const std::string& alias) {
  if (alias == "number") {
    types.insert(types.end(), {bson_double, bson_int32, bson_int64, bson_decimal128});
    return;
  }
  const auto* found = std::find_if(std::begin(type_aliases), std::end(type_aliases),
                                   [&](const auto& known) { return known.first == alias; });
  if (found == std::end(type_aliases)) refuse_operand("$type", "there is no type '" + alias + "'");
  types.push_back(found->second);
}

void add_type(std::vector<std::uint8_t>& types, const Json& name_or_number) {
  if (const std::string* alias = name_or_number.if_string()) return add_type(types, *alias);
  if (!is_any_number(name_or_number)) refuse_operand("$type", "a type is a name or a number");
  const auto number = whole_number(name_or_number);
  const bool is_known = number && ((*number >= bson_double && *number <= bson_decimal128) || *number == -1 ||
                                   *number == bson_max_key);
  if (!is_known) refuse_operand("$type", "there is no type of that number");
  types.push_back(static_cast<std::uint8_t>(*number));
}

std::int64_t mod_number(const Json& value, const char* what) {
  if (!is_any_number(value)) refuse_operand("$mod", std::string("the ") + what + " has to be a number");
  const auto number = truncated_int64(value);
  if (!number) refuse_operand("$mod", std::string("the ") + what + " is beyond 64 bits");
  return *number;
}

void refuse_undefined(std::string_view name, const Json& operand) {
  if (has_rare_type(operand, bson_undefined)) refuse_operand(name, "nothing compares with undefined");
}

}  // namespace

void refuse_operand(std::string_view name, const std::string& why) {
  throw Error(ErrorCode::invalid_argument, "query: " + std::string(name) + ": " + why);
}

PredicatePtr parse_type(const Json& operand) {
  std::vector<std::uint8_t> types;
  if (const JsonArray* list = operand.if_array()) {
    for (const Json& type : *list) add_type(types, type);
    if (list->empty()) refuse_operand("$type", "the list is empty");
  } else {
    add_type(types, operand);
  }
  return std::make_unique<HasType>(std::move(types));
}

PredicatePtr parse_mod(const Json& operand) {
  const JsonArray* pair = operand.if_array();
  if (!pair || pair->size() != 2) refuse_operand("$mod", "it takes [divisor, remainder]");
  const std::int64_t divisor = mod_number((*pair)[0], "divisor");
  const std::int64_t remainder = mod_number((*pair)[1], "remainder");
  if (divisor == 0) refuse_operand("$mod", "the divisor must not be 0");
  return std::make_unique<HasRemainder>(divisor, remainder);
}

PredicatePtr parse_size(const Json& operand) {
  const auto size = whole_number(operand);
  if (!size || *size < 0 || *size > std::numeric_limits<std::int32_t>::max())
    refuse_operand("$size", "it takes a whole number from 0 to 2147483647");
  return std::make_unique<HasSize>(static_cast<std::size_t>(*size));
}

PredicatePtr parse_comparison(std::string_view name, const Json& operand) {
  if (is_regex(operand)) refuse_operand(name, "it takes no regular expression");
  refuse_undefined(name, operand);
  const auto side = name.starts_with("$l") ? Compares::Side::less : Compares::Side::greater;
  return std::make_unique<Compares>(side, name.ends_with('e'), operand);
}

PredicatePtr parse_equality(std::string_view name, const Json& operand) {
  refuse_undefined(name, operand);
  return std::make_unique<Equals>(operand);
}

bool is_true(const Json& operand) {
  if (operand.is_null() || has_rare_type(operand, bson_undefined)) return false;
  if (const bool* flag = operand.if_bool()) return *flag;
  return !is_any_number(operand) || !equal_bson(operand, Json(0));
}

bool is_regex(const Json& value) { return has_rare_type(value, bson_regex); }

Regex regex_of(const Json& value) {
  BsonReader reader(std::get<RareBson>(value.value()).payload);
  const std::string_view pattern = reader.c_string();
  return Regex(pattern, reader.c_string());
}

}  // namespace taskrunner
