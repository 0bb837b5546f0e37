#include "query/normalise.hpp"

#include "doc/extended_json.hpp"
#include "query/limits.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>

namespace taskrunner {
namespace {

constexpr std::string_view stored_id = "_id";
constexpr std::string_view wire_id = "id";

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorCode::invalid_argument, "query: " + why); }

/// Adds up what the filter holds, and refuses it as soon as it is too much.
class Meter {
 public:
  void add(const Json& value, int depth) {
    if (depth > limits::filter_depth)
      refuse("nested deeper than " + std::to_string(limits::filter_depth) + " levels");
    if (++values_ > limits::filter_values)
      refuse("more than " + std::to_string(limits::filter_values) + " values");
    if (const std::string* text = value.if_string()) add_bytes(text->size());
    if (const auto* binary = std::get_if<Binary>(&value.value())) add_bytes(binary->bytes.size());
    if (const auto* rare = std::get_if<RareBson>(&value.value())) add_bytes(rare->payload.size());
    if (const JsonArray* array = value.if_array())
      for (const Json& element : *array) add(element, depth + 1);
    if (const JsonObject* object = value.if_object()) add_members(*object, depth);
  }

 private:
  void add_members(const JsonObject& object, int depth) {
    for (const auto& [name, value] : object) {
      add_bytes(name.size());
      add(value, depth + 1);
    }
  }
  void add_bytes(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ > limits::filter_bytes) refuse("longer than " + std::to_string(limits::filter_bytes) + " bytes");
  }

  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
};

void to_object_id(Json& value) {
  const std::string* text = value.if_string();
  if (!text) return;
  if (const auto id = ObjectId::from_hex(*text)) value = Json(*id);
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What stands beside `_id`: hex strings become ids, also within its operators.
void normalise_id_condition(Json& condition) {
  to_object_id(condition);
  JsonObject* operators = condition.if_object();
  if (!operators) return;
  for (auto& [name, value] : *operators) {
    if (is_one_of(name, {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte"})) to_object_id(value);
    if (name == "$not") normalise_id_condition(value);
    JsonArray* list = is_one_of(name, {"$in", "$nin", "$all"}) ? value.if_array() : nullptr;
    if (list) std::for_each(list->begin(), list->end(), to_object_id);
  }
}

void normalise_ids(JsonObject& filter) {
  if (filter.find(wire_id) && filter.find(stored_id)) refuse("'id' and '_id' are one: name only one of them");
  for (auto& [name, value] : filter) {
    if (name == wire_id) name = stored_id;
    if (name == stored_id) normalise_id_condition(value);
    JsonArray* parts = is_one_of(name, {"$and", "$or", "$nor"}) ? value.if_array() : nullptr;
    if (!parts) continue;
    for (Json& part : *parts)
      if (JsonObject* object = part.if_object()) normalise_ids(*object);
  }
}

Json normalised_filter(const Json& filter) {
  if (filter.is_null()) return Json::object();
  if (!filter.is_object()) refuse("the filter has to be an object, not " + std::string(type_name(filter)));
  Meter().add(filter, 0);
  Json result = from_extended_json(filter);
  if (!result.is_object()) refuse("the filter has to be an object, not " + std::string(type_name(result)));
  normalise_ids(result.as_object());
  return result;
}

std::int32_t direction_of(const std::string& name, const Json& value) {
  if (value.is_number() && (value.as_double() == 1 || value.as_double() == -1))
    return static_cast<std::int32_t>(value.as_double());
  refuse("sort: '" + name + "' has to be 1 or -1");
}

Json normalised_sort(const Json& sort) {
  JsonObject result;
  if (!sort.is_null() && !sort.is_object()) refuse("sort has to be an object, not " + std::string(type_name(sort)));
  if (const JsonObject* fields = sort.if_object()) {
    if (fields->size() > limits::sort_fields)
      refuse("sort by more than " + std::to_string(limits::sort_fields) + " fields");
    for (const auto& [name, value] : *fields)
      result.set(name == wire_id ? stored_id : name, Json::int32(direction_of(name, value)));
  }
  if (!result.find(stored_id)) result.append(std::string(stored_id), 1);
  return result;
}

}  // namespace

Query normalise(const Query& query) {
  Query result{normalised_filter(query.filter), normalised_sort(query.sort), query.skip, query.limit};
  if (query.skip < 0) refuse("skip must not be negative");
  if (query.limit < 0) refuse("limit must not be negative");
  if (query.limit == 0) result.limit = limits::default_limit;
  if (query.skip > limits::window_end || result.limit > limits::window_end - query.skip)
    refuse("skip + limit must not be above " + std::to_string(limits::window_end));
  return result;
}

}  // namespace taskrunner
