#include <taskrunner/error.hpp>
#include <taskrunner/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace taskrunner {
namespace {

constexpr double two_to_63 = 9223372036854775808.0;

[[noreturn]] void wrong_type(std::string_view wanted, const Json& found) {
  throw Error(ErrorCode::invalid_argument,
              "expected " + std::string(wanted) + ", found " + std::string(type_name(found)));
}

bool is_pair_of_name_and_value(const Json& element) {
  const JsonArray* pair = element.if_array();
  return pair && pair->size() == 2 && (*pair)[0].is_string();
}

}  // namespace

JsonObject::JsonObject() = default;
JsonObject::~JsonObject() = default;
JsonObject::JsonObject(const JsonObject&) = default;
JsonObject::JsonObject(JsonObject&&) noexcept = default;
JsonObject& JsonObject::operator=(const JsonObject&) = default;
JsonObject& JsonObject::operator=(JsonObject&&) noexcept = default;

const Json* JsonObject::find(std::string_view name) const {
  for (const auto& [member, value] : members_)
    if (member == name) return &value;
  return nullptr;
}

Json* JsonObject::find(std::string_view name) {
  return const_cast<Json*>(std::as_const(*this).find(name));
}

void JsonObject::set(std::string_view name, Json value) {
  if (Json* found = find(name))
    *found = std::move(value);
  else
    members_.emplace_back(std::string(name), std::move(value));
}

void JsonObject::append(std::string name, Json value) {
  members_.emplace_back(std::move(name), std::move(value));
}

bool JsonObject::erase(std::string_view name) {
  return std::erase_if(members_, [&](const Member& member) { return member.first == name; }) > 0;
}

bool JsonObject::empty() const { return members_.empty(); }
std::size_t JsonObject::size() const { return members_.size(); }
void JsonObject::reserve(std::size_t members) { members_.reserve(members); }
JsonObject::iterator JsonObject::begin() { return members_.begin(); }
JsonObject::iterator JsonObject::end() { return members_.end(); }
JsonObject::const_iterator JsonObject::begin() const { return members_.begin(); }
JsonObject::const_iterator JsonObject::end() const { return members_.end(); }
bool operator==(const JsonObject& a, const JsonObject& b) { return a.members_ == b.members_; }

Json::Json(std::initializer_list<Json> list) {
  if (!std::all_of(list.begin(), list.end(), is_pair_of_name_and_value)) {
    value_ = JsonArray(list);
    return;
  }
  JsonObject object;
  object.reserve(list.size());
  for (const Json& pair : list) object.set(pair.as_array()[0].as_string(), pair.as_array()[1]);
  value_ = std::move(object);
}

Json Json::array(std::initializer_list<Json> list) { return Json(JsonArray(list)); }

Json Json::int64(std::int64_t value) {
  Json json;
  json.value_ = value;
  return json;
}

Json Json::int32(std::int32_t value) {
  Json json;
  json.value_ = value;
  return json;
}

Json::Value Json::from_signed(std::int64_t value) {
  if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max())
    return static_cast<std::int32_t>(value);
  const auto as_real = static_cast<double>(value);
  if (as_real < two_to_63 && static_cast<std::int64_t>(as_real) == value) return as_real;
  return value;
}

Json::Value Json::from_unsigned(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return from_signed(static_cast<std::int64_t>(value));
  const auto as_real = static_cast<double>(value);
  if (as_real < 2 * two_to_63 && static_cast<std::uint64_t>(as_real) == value) return as_real;
  throw Error(ErrorCode::invalid_argument,
              "the number " + std::to_string(value) + " fits no BSON type exactly: send it as a string");
}

bool Json::is_number() const {
  return std::holds_alternative<std::int32_t>(value_) || std::holds_alternative<std::int64_t>(value_) ||
         std::holds_alternative<double>(value_);
}

bool Json::as_bool() const {
  if (const bool* value = if_bool()) return *value;
  wrong_type("bool", *this);
}

const std::string& Json::as_string() const {
  if (const std::string* value = if_string()) return *value;
  wrong_type("string", *this);
}

const JsonArray& Json::as_array() const {
  if (const JsonArray* value = if_array()) return *value;
  wrong_type("array", *this);
}

JsonArray& Json::as_array() { return const_cast<JsonArray&>(std::as_const(*this).as_array()); }

const JsonObject& Json::as_object() const {
  if (const JsonObject* value = if_object()) return *value;
  wrong_type("object", *this);
}

JsonObject& Json::as_object() { return const_cast<JsonObject&>(std::as_const(*this).as_object()); }

double Json::as_double() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int32_t>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  wrong_type("number", *this);
}

std::int64_t Json::as_int64() const {
  if (const auto* value = std::get_if<std::int32_t>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  const double value = as_double();
  if (value >= -two_to_63 && value < two_to_63 && std::trunc(value) == value)
    return static_cast<std::int64_t>(value);
  throw Error(ErrorCode::invalid_argument, "expected a whole number, found " + dump());
}

const Json* Json::find(std::string_view name) const {
  const JsonObject* object = if_object();
  return object ? object->find(name) : nullptr;
}

Json* Json::find(std::string_view name) { return const_cast<Json*>(std::as_const(*this).find(name)); }

const Json& Json::at(std::string_view name) const {
  if (const Json* member = find(name)) return *member;
  throw Error(ErrorCode::invalid_argument, "'" + std::string(name) + "' is missing");
}

Json& Json::operator[](std::string_view name) {
  if (is_null()) value_ = JsonObject();
  JsonObject& object = as_object();
  if (!object.find(name)) object.set(name, nullptr);
  return *object.find(name);
}

}  // namespace taskrunner
