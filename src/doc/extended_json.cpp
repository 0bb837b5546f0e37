#include "doc/extended_json.hpp"

#include <taskrunner/error.hpp>

#include "base/base64.hpp"
#include "base/time_text.hpp"
#include "doc/bson.hpp"
#include "doc/bson_reader.hpp"
#include "doc/bson_type.hpp"
#include "doc/decimal128.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

namespace taskrunner {
namespace {

constexpr std::uint8_t old_binary_subtype = 2;  // its payload begins with a second length
constexpr std::uint8_t uuid_subtype = 4;

JsonObject pair_of(std::string_view name, Json value) {
  JsonObject object;
  object.set(name, std::move(value));
  return object;
}

std::string text_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  std::string text(digits, end);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string hex_byte(std::uint8_t byte) {
  static constexpr char digits[] = "0123456789abcdef";
  return {digits[byte >> 4], digits[byte & 15]};
}

Json from_binary(const Binary& binary) {
  std::string_view bytes = binary.bytes;
  if (binary.subtype == old_binary_subtype && bytes.size() >= 4) bytes.remove_prefix(4);
  JsonObject inner = pair_of("base64", base64_encode(bytes));
  inner.set("subType", hex_byte(binary.subtype));
  return pair_of("$binary", std::move(inner));
}

Json from_regex(BsonReader reader) {
  JsonObject inner = pair_of("pattern", reader.c_string());
  inner.set("options", reader.c_string());
  return pair_of("$regularExpression", std::move(inner));
}

Json from_db_pointer(BsonReader reader) {
  JsonObject inner = pair_of("$ref", reader.string());
  inner.set("$id", pair_of("$oid", ObjectId::from_bytes(reader.take(ObjectId::size_bytes))->hex()));
  return pair_of("$dbPointer", std::move(inner));
}

Json from_code_with_scope(BsonReader reader) {
  reader.take(4);
  JsonObject code = pair_of("$code", reader.string());
  code.set("$scope", to_extended_json(decode_bson(reader.rest())));
  return code;
}

Json from_timestamp(BsonReader reader) {
  const auto increment = reader.number<std::uint32_t>();
  JsonObject inner = pair_of("t", reader.number<std::uint32_t>());
  inner.set("i", increment);
  return pair_of("$timestamp", std::move(inner));
}

Json from_rare(const RareBson& rare) {
  BsonReader reader(rare.payload);
  switch (rare.type) {
    case bson_undefined: return pair_of("$undefined", true);
    case bson_regex: return from_regex(reader);
    case bson_db_pointer: return from_db_pointer(reader);
    case bson_code: return pair_of("$code", reader.string());
    case bson_symbol: return pair_of("$symbol", reader.string());
    case bson_code_with_scope: return from_code_with_scope(reader);
    case bson_timestamp: return from_timestamp(reader);
    case bson_decimal128: return pair_of("$numberDecimal", Decimal128::decode(reader.take(16)).text());
    case bson_min_key: return pair_of("$minKey", 1);
    case bson_max_key: return pair_of("$maxKey", 1);
    default: malformed_bson("an unknown type");
  }
}

struct Canonical {
  Json operator()(std::nullptr_t) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(std::int32_t value) const { return pair_of("$numberInt", std::to_string(value)); }
  Json operator()(std::int64_t value) const { return pair_of("$numberLong", std::to_string(value)); }
  Json operator()(double value) const { return pair_of("$numberDouble", text_of(value)); }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(const ObjectId& id) const { return pair_of("$oid", id.hex()); }
  Json operator()(const Date& date) const {
    return pair_of("$date", pair_of("$numberLong", std::to_string(date.ms)));
  }
  Json operator()(const Binary& binary) const { return from_binary(binary); }
  Json operator()(const RareBson& rare) const { return from_rare(rare); }
  Json operator()(const JsonArray& array) const {
    JsonArray out;
    out.reserve(array.size());
    for (const Json& element : array) out.push_back(to_extended_json(element));
    return out;
  }
  Json operator()(const JsonObject& object) const {
    JsonObject out;
    out.reserve(object.size());
    for (const auto& [name, value] : object) out.append(name, to_extended_json(value));
    return out;
  }
};

[[noreturn]] void malformed(std::string_view literal) {
  throw Error(ErrorCode::invalid_argument, "malformed Extended JSON literal: " + std::string(literal));
}

const std::string& string_in(const Json& value, std::string_view literal) {
  if (const std::string* text = value.if_string()) return *text;
  malformed(literal);
}

template <typename Integer>
Integer integer_in(const Json& value, std::string_view literal) {
  const std::string& text = string_in(value, literal);
  Integer number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) malformed(literal);
  return number;
}

Json to_double(const Json& value) {
  const std::string& text = string_in(value, "$numberDouble");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return infinity;
  if (text == "-Infinity") return -infinity;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    malformed("$numberDouble");
  return number;
}

Json to_decimal(const Json& value) {
  const auto decimal = Decimal128::from_text(string_in(value, "$numberDecimal"));
  if (!decimal) malformed("$numberDecimal");
  return RareBson{bson_decimal128, decimal->encode()};
}

Json to_date(const Json& value) {
  if (value.is_number()) return Date{value.as_int64()};
  if (const Json* ms = value.find("$numberLong"); ms && value.as_object().size() == 1)
    return Date{integer_in<std::int64_t>(*ms, "$date")};
  const auto ms = parse_iso_time(string_in(value, "$date"));
  if (!ms) malformed("$date");
  return Date{*ms};
}

Json to_object_id(const Json& value, std::string_view literal) {
  const auto id = ObjectId::from_hex(string_in(value, literal));
  if (!id) malformed(literal);
  return *id;
}

/// The two members that a literal's inner object has, and no others.
std::pair<const Json&, const Json&> two_in(const Json& value, std::string_view first, std::string_view second,
                                           std::string_view literal) {
  const Json* a = value.find(first);
  const Json* b = value.find(second);
  if (!a || !b || value.as_object().size() != 2) malformed(literal);
  return {*a, *b};
}

Json to_binary(const Json& value) {
  const auto [base64, sub_type] = two_in(value, "base64", "subType", "$binary");
  const std::string& hex = string_in(sub_type, "$binary");
  unsigned subtype = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), subtype, 16);
  auto bytes = base64_decode(string_in(base64, "$binary"));
  if (error != std::errc() || end != hex.data() + hex.size() || hex.size() > 2 || !bytes) malformed("$binary");
  if (subtype == old_binary_subtype) {
    const auto size = static_cast<std::uint32_t>(bytes->size());
    bytes->insert(0, reinterpret_cast<const char*>(&size), sizeof size);
  }
  return Binary{static_cast<std::uint8_t>(subtype), std::move(*bytes)};
}

/// xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx
Json to_uuid(const Json& value) {
  const std::string& text = string_in(value, "$uuid");
  if (text.size() != 36) malformed("$uuid");
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-') malformed("$uuid");
      continue;
    }
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc() || end != text.data() + i + 2) malformed("$uuid");
    bytes.push_back(static_cast<char>(byte));
    i += 2;
  }
  return Binary{uuid_subtype, std::move(bytes)};
}

std::string c_string(const std::string& text, std::string_view literal) {
  if (text.find('\0') != std::string::npos) malformed(literal);
  return text + '\0';
}

std::string counted_string(const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size() + 1);
  return std::string(reinterpret_cast<const char*>(&size), sizeof size) + text + '\0';
}

Json to_regex(const Json& value) {
  const auto [pattern, options] = two_in(value, "pattern", "options", "$regularExpression");
  std::string sorted = string_in(options, "$regularExpression");
  std::sort(sorted.begin(), sorted.end());
  return RareBson{bson_regex, c_string(string_in(pattern, "$regularExpression"), "$regularExpression") +
                                  c_string(sorted, "$regularExpression")};
}

Json to_timestamp(const Json& value) {
  const auto [t, i] = two_in(value, "t", "i", "$timestamp");
  std::string payload;
  for (const Json* part : {&i, &t}) {
    if (!part->is_number()) malformed("$timestamp");
    const std::int64_t number = part->as_int64();
    if (number < 0 || number > std::numeric_limits<std::uint32_t>::max()) malformed("$timestamp");
    payload.append(reinterpret_cast<const char*>(&number), 4);
  }
  return RareBson{bson_timestamp, payload};
}

Json to_db_pointer(const Json& value) {
  const auto [ref, id] = two_in(value, "$ref", "$id", "$dbPointer");
  const Json* oid = id.find("$oid");
  if (!oid) malformed("$dbPointer");
  const Json object_id = to_object_id(*oid, "$dbPointer");
  return RareBson{bson_db_pointer, counted_string(string_in(ref, "$dbPointer")) +
                                       std::string(std::get<ObjectId>(object_id.value()).view())};
}

Json to_code(const JsonObject& object) {
  const Json* code = object.find("$code");
  const Json* scope = object.find("$scope");
  if (!code || object.size() != (scope ? 2u : 1u)) malformed("$code");
  const std::string text = counted_string(string_in(*code, "$code"));
  if (!scope) return RareBson{bson_code, text};
  if (!scope->is_object()) malformed("$code");
  const std::string body = text + encode_bson(from_extended_json(*scope).as_object());
  const auto size = static_cast<std::uint32_t>(body.size() + 4);
  return RareBson{bson_code_with_scope, std::string(reinterpret_cast<const char*>(&size), sizeof size) + body};
}

Json to_marker(std::uint8_t type, bool right, std::string_view literal) {
  if (!right) malformed(literal);
  return RareBson{type, {}};
}

bool is_one(const Json& value) { return value.is_number() && value.as_double() == 1; }

/// The value that a literal means; nothing where `name` is no literal's.
std::optional<Json> value_of(std::string_view name, const Json& value) {
  if (name == "$oid") return to_object_id(value, name);
  if (name == "$date") return to_date(value);
  if (name == "$numberInt") return Json::int32(integer_in<std::int32_t>(value, name));
  if (name == "$numberLong") return Json::int64(integer_in<std::int64_t>(value, name));
  if (name == "$numberDouble") return to_double(value);
  if (name == "$numberDecimal") return to_decimal(value);
  if (name == "$binary") return to_binary(value);
  if (name == "$uuid") return to_uuid(value);
  if (name == "$regularExpression") return to_regex(value);
  if (name == "$timestamp") return to_timestamp(value);
  if (name == "$dbPointer") return to_db_pointer(value);
  if (name == "$symbol") return RareBson{bson_symbol, counted_string(string_in(value, name))};
  if (name == "$minKey") return to_marker(bson_min_key, is_one(value), name);
  if (name == "$maxKey") return to_marker(bson_max_key, is_one(value), name);
  if (name == "$undefined") return to_marker(bson_undefined, value == Json(true), name);
  return std::nullopt;
}

std::optional<Json> literal_value(const JsonObject& object) {
  if (object.empty() || !object.begin()->first.starts_with('$')) return std::nullopt;
  const auto& [name, value] = *object.begin();
  if (name == "$code" || name == "$scope") return to_code(object);
  auto meant = value_of(name, value);
  if (meant && object.size() != 1) malformed(name);
  return meant;
}

}  // namespace

Json to_extended_json(const Json& value) { return std::visit(Canonical{}, value.value()); }

Json from_extended_json(Json value) {
  if (JsonArray* array = value.if_array())
    for (Json& element : *array) element = from_extended_json(std::move(element));
  JsonObject* object = value.if_object();
  if (!object) return value;
  if (auto meant = literal_value(*object)) return std::move(*meant);
  for (auto& member : *object) member.second = from_extended_json(std::move(member.second));
  return value;
}

}  // namespace taskrunner
