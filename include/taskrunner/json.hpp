#pragma once

#include <taskrunner/object_id.hpp>

#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace taskrunner {

class Json;

/// A moment, in milliseconds since 1970-01-01 UTC; BSON's date.
struct Date {
  std::int64_t ms = 0;
  friend bool operator==(const Date&, const Date&) = default;
};

/// BSON's binary value.
struct Binary {
  std::uint8_t subtype = 0;
  std::string bytes;
  friend bool operator==(const Binary&, const Binary&) = default;
};

/// A BSON value of a rare type (regular expression, decimal128, timestamp, code, min and max key, …), kept as
/// its type byte and its encoded payload, so that it passes through unchanged.
/// Source: https://bsonspec.org/spec.html
struct RareBson {
  std::uint8_t type = 0;
  std::string payload;
  friend bool operator==(const RareBson&, const RareBson&) = default;
};

/// A document's members, in their order. Names are unique; `set` replaces.
class JsonObject {
 public:
  using Member = std::pair<std::string, Json>;
  using iterator = std::vector<Member>::iterator;
  using const_iterator = std::vector<Member>::const_iterator;

  JsonObject();
  ~JsonObject();
  JsonObject(const JsonObject&);
  JsonObject(JsonObject&&) noexcept;
  JsonObject& operator=(const JsonObject&);
  JsonObject& operator=(JsonObject&&) noexcept;

  /// The member's value, or nullptr.
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name);

  /// Replaces the member of that name, or appends it.
  void set(std::string_view name, Json value);
  /// Appends without looking for a member of that name: the caller knows that there is none.
  void append(std::string name, Json value);
  /// True where there was one.
  bool erase(std::string_view name);

  bool empty() const;
  std::size_t size() const;
  void reserve(std::size_t members);
  iterator begin();
  iterator end();
  const_iterator begin() const;
  const_iterator end() const;

  friend bool operator==(const JsonObject&, const JsonObject&);

 private:
  std::vector<Member> members_;
};

using JsonArray = std::vector<Json>;

/// One value of a task's `data`, `response`, `progress` …: JSON's types and all of BSON's, so that what a
/// MongoDB driver stored survives unchanged. A regular value type: copies are deep; const access from several
/// threads is safe.
///
/// Made by hand as JSON is written: `Json{{"spent", 5}, {"total", 10}}` is an object,
/// `Json::array({1, "two", 3.0})` an array.
class Json {
 public:
  using Value = std::variant<std::nullptr_t, bool, std::int32_t, std::int64_t, double, std::string, JsonArray,
                             JsonObject, ObjectId, Date, Binary, RareBson>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(JsonArray value) : value_(std::move(value)) {}
  Json(JsonObject value) : value_(std::move(value)) {}
  Json(ObjectId value) : value_(value) {}
  Json(Date value) : value_(value) {}
  Json(Binary value) : value_(std::move(value)) {}
  Json(RareBson value) : value_(std::move(value)) {}

  /// Any integer: int32 where it fits, else a double where that is exact, else int64 (as JavaScript drivers
  /// store numbers). Unsigned values above 2^63 - 1 that no double holds throw Error{invalid_argument}.
  template <typename Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool> && !std::is_same_v<Integer, char>)
  Json(Integer value) : value_(from_integer(value)) {}

  /// A list of [name, value] pairs is an object, any other list an array.
  Json(std::initializer_list<Json> list);

  static Json array(std::initializer_list<Json> list);
  static Json object() { return Json(JsonObject()); }
  /// An int64 kept as int64, however small.
  static Json int64(std::int64_t value);
  static Json int32(std::int32_t value);

  /// Reads JSON text (RFC 8259). Throws Error{invalid_argument} with the place: bad syntax, deeper than
  /// 100 levels, trailing text, or an integer that neither a double nor int64 holds exactly.
  static Json parse(std::string_view text);

  /// JSON text, as JSON.stringify of a MongoDB document: dates as ISO-8601, ObjectIds as hex, int64 beyond
  /// 2^53 as strings, NaN and infinities as null, binary as base64, rare types in Extended JSON.
  std::string dump() const;
  /// The same, appended to `out`.
  void dump_to(std::string& out) const;

  const Value& value() const { return value_; }
  Value& value() { return value_; }

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<JsonArray>(value_); }
  bool is_object() const { return std::holds_alternative<JsonObject>(value_); }
  /// int32, int64 or double.
  bool is_number() const;

  const bool* if_bool() const { return std::get_if<bool>(&value_); }
  const std::string* if_string() const { return std::get_if<std::string>(&value_); }
  const JsonArray* if_array() const { return std::get_if<JsonArray>(&value_); }
  JsonArray* if_array() { return std::get_if<JsonArray>(&value_); }
  const JsonObject* if_object() const { return std::get_if<JsonObject>(&value_); }
  JsonObject* if_object() { return std::get_if<JsonObject>(&value_); }

  /// The typed value; Error{invalid_argument} that names the type found where it is another.
  bool as_bool() const;
  const std::string& as_string() const;
  const JsonArray& as_array() const;
  JsonArray& as_array();
  const JsonObject& as_object() const;
  JsonObject& as_object();
  /// Any number as double.
  double as_double() const;
  /// Any number that is a whole number within int64.
  std::int64_t as_int64() const;

  /// The member of an object, or nullptr: also where this is no object.
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name);
  /// The member of an object; Error{invalid_argument} that names it where it is missing.
  const Json& at(std::string_view name) const;
  /// The member of an object, made null where missing; a null value becomes an object first.
  Json& operator[](std::string_view name);

  /// Same type and same value (1 and 1.0 differ; MongoDB's order is doc/bson_order.hpp).
  friend bool operator==(const Json&, const Json&) = default;

 private:
  template <typename Integer>
  static Value from_integer(Integer value) {
    if constexpr (std::is_signed_v<Integer>)
      return from_signed(static_cast<std::int64_t>(value));
    else
      return from_unsigned(static_cast<std::uint64_t>(value));
  }
  static Value from_signed(std::int64_t value);
  static Value from_unsigned(std::uint64_t value);

  Value value_ = nullptr;
};

/// The type's name in MongoDB's words: "object", "int", "objectId" …
std::string_view type_name(const Json& value);

}  // namespace taskrunner
