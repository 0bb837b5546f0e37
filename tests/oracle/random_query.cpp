#include "oracle/random_query.hpp"

#include "doc/extended_json.hpp"
#include "support/odd_documents.hpp"

#include <string_view>

namespace taskrunner::oracle {
namespace {

constexpr const char* parts[] = {"a", "a", "a", "b", "b", "c", "0", "0", "1", "2", "00", "-1"};
constexpr const char* patterns[] = {"a",     "^a",    "b$",       "^$",       "",     "a|b",   ".",    "^.$",  "A B",
                                    "[a-c]+", "\\d",   "^a.b$",    "(a)(b)?",  "é",    "\\bb",  "a{2}", "(?i)B", "^(a+)+$",
                                    "^[^a]", "a b #c\n", "\\x{1F600}", "(?=a)a", "(a)\\1", "\\w+", "(?<!a)b"};
constexpr const char* options[] = {"", "", "", "i", "m", "s", "x", "im", "msx", "ix"};
constexpr const char* types[] = {"\"double\"", "\"string\"", "\"object\"", "\"array\"",   "\"binData\"", "\"undefined\"",
                                 "\"objectId\"", "\"bool\"",  "\"date\"",   "\"null\"",    "\"regex\"",   "\"dbPointer\"",
                                 "\"javascript\"", "\"symbol\"", "\"javascriptWithScope\"", "\"int\"",   "\"timestamp\"",
                                 "\"long\"",   "\"decimal\"", "\"minKey\"", "\"maxKey\"", "\"number\"",  "1", "2", "3", "4.0",
                                 "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "-1", "127",
                                 R"({"$numberLong":"16"})", R"({"$numberDecimal":"2"})"};
constexpr const char* mod_numbers[] = {"1", "2", "2", "3", "4", "5", "-1", "-2", "-4", "2.9", "-2.5", "4.0", "1e10",
                                       R"({"$numberLong":"2"})", R"({"$numberDecimal":"2.5"})",
                                       R"({"$numberLong":"9007199254740993"})", R"({"$numberLong":"-9223372036854775808"})"};
constexpr const char* sizes[] = {"0", "1", "1", "2", "2", "3", "2.0", R"({"$numberLong":"2"})", R"({"$numberDecimal":"1"})"};
constexpr const char* wrong[] = {R"({"$and":[]})",  R"({"$or":{}})",        R"({"$nor":[1]})",
                                 R"({"$gt":1})",    R"({"a":{"$foo":1}})",  R"({"a":{"$gt":1,"b":1}})"};

Json read(std::string_view text) { return from_extended_json(Json::parse(text)); }

Json object(std::string_view name, Json value) {
  JsonObject made;
  made.set(name, std::move(value));
  return made;
}

}  // namespace

Query RandomQuery::make() {
  Query query;
  query.filter = one_in(100) ? read(one_of(wrong)) : Json(filter(2));
  if (!one_in(4)) query.sort = sort();
  if (one_in(4)) query.skip = static_cast<std::int64_t>(below(one_in(2) ? 5 : 60));
  if (one_in(2)) query.limit = static_cast<std::int64_t>(below(one_in(2) ? 6 : 90));
  return query;
}

// Where, and what.

RandomQuery::Spot RandomQuery::spot() {
  if (one_in(4)) return {path(), test::odd_value(random_)};
  return spot_in(documents_[below(documents_.size())]);
}

/// Down into the document, by names and indexes, through arrays also without one; until there is nothing, or chance ends it.
RandomQuery::Spot RandomQuery::spot_in(const JsonObject& document) {
  Spot spot;
  Json at(document);
  while (spot.path.empty() || !one_in(3)) {
    const JsonObject* members = at.if_object();
    const JsonArray* elements = at.if_array();
    if (members ? members->empty() : !elements || elements->empty()) break;
    const std::size_t place = below(members ? members->size() : elements->size());
    std::string name = std::to_string(place);
    if (members) name = (members->begin() + static_cast<std::ptrdiff_t>(place))->first;
    Json next = members ? (members->begin() + static_cast<std::ptrdiff_t>(place))->second : (*elements)[place];
    at = std::move(next);
    if (!members && one_in(2)) continue;
    spot.path += (spot.path.empty() ? "" : ".") + name;
  }
  if (spot.path.empty()) spot.path = path();
  spot.value = std::move(at);
  return spot;
}

std::string RandomQuery::path() {
  std::string path = one_in(15) ? "_id" : one_of(parts);
  for (std::size_t more = below(4); more > 0; --more) path += std::string(".") + one_of(parts);
  return path;
}

Json RandomQuery::operand(const Spot& spot) {
  if (!one_in(3)) return spot.value;
  if (one_in(3)) return spot_in(documents_[below(documents_.size())]).value;
  return test::odd_value(random_);
}

JsonArray RandomQuery::operands(const Spot& spot) {
  JsonArray values;
  for (std::size_t count = below(4); count > 0; --count) values.push_back(operand(spot));
  return values;
}

// Filters.

JsonObject RandomQuery::filter(int depth) {
  JsonObject filter;
  const std::size_t count = one_in(20) ? 0 : one_in(4) ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (depth > 0 && one_in(6))
      add_logical(filter, depth - 1);
    else
      add_condition(filter, spot(), depth);
  }
  return filter;
}

void RandomQuery::add_logical(JsonObject& filter, int depth) {
  static constexpr const char* names[] = {"$and", "$or", "$or", "$nor"};
  JsonArray parts_of_it;
  for (std::size_t count = 1 + below(3); count > 0; --count) parts_of_it.push_back(this->filter(depth));
  filter.set(one_of(names), std::move(parts_of_it));
}

void RandomQuery::add_condition(JsonObject& filter, const Spot& spot, int depth) {
  if (one_in(4)) return filter.set(spot.path, operand(spot));
  if (one_in(20)) return filter.set(spot.path, regex_value());
  filter.set(spot.path, operators(spot, depth));
}

JsonObject RandomQuery::operators(const Spot& spot, int depth) {
  JsonObject all;
  for (std::size_t count = one_in(4) ? 2 : 1; count > 0; --count) add_operator(all, spot, depth);
  return all;
}

void RandomQuery::add_operator(JsonObject& all, const Spot& spot, int depth) {
  static constexpr const char* comparisons[] = {"$eq", "$ne", "$ne", "$gt", "$gte", "$lt", "$lte"};
  static constexpr const char* any[] = {"$in", "$nin", "$exists", "$type", "$mod", "$size", "$regex", "$all",
                                        "$elemMatch", "$not", "$options"};
  if (one_in(100)) {
    const char* name = one_of(any);
    return all.set(name, operand(spot));
  }
  switch (below(16)) {
    case 0: return all.set("$in", in_operand(spot));
    case 1: return all.set("$nin", in_operand(spot));
    case 2: return all.set("$exists", one_in(10) ? operand(spot) : Json(one_in(2)));
    case 3: return all.set("$type", type_operand());
    case 4: return all.set("$mod", mod_operand());
    case 5: return all.set("$size", size_operand());
    case 6: return add_regex(all);
    case 7: return all.set("$all", all_operand(spot, depth));
    case 8:
    case 9: return all.set("$elemMatch", elem_match(spot, depth));
    case 10: return all.set("$not", not_operand(spot, depth));
    default: {
      const char* name = one_of(comparisons);
      all.set(name, operand(spot));
    }
  }
}

void RandomQuery::add_regex(JsonObject& all) {
  all.set("$regex", one_in(4) ? regex_value() : Json(one_of(patterns)));
  if (one_in(3)) all.set("$options", one_of(options));
}

Json RandomQuery::regex_value() {
  return from_extended_json(
      object("$regularExpression", Json{{"pattern", one_of(patterns)}, {"options", one_of(options)}}));
}

Json RandomQuery::in_operand(const Spot& spot) {
  JsonArray values = operands(spot);
  if (one_in(6)) values.push_back(regex_value());
  return values;
}

Json RandomQuery::type_operand() {
  if (!one_in(4)) return read(one_of(types));
  JsonArray list;
  for (std::size_t count = 1 + below(3); count > 0; --count) list.push_back(read(one_of(types)));
  return list;
}

Json RandomQuery::mod_operand() {
  const Json divisor = read(one_of(mod_numbers));
  return one_in(2) ? Json::array({divisor, Json(0)}) : Json::array({divisor, read(one_of(mod_numbers))});
}

Json RandomQuery::size_operand() { return read(one_of(sizes)); }

Json RandomQuery::all_operand(const Spot& spot, int depth) {
  JsonArray values;
  if (depth > 0 && one_in(4)) {
    for (std::size_t count = 1 + below(2); count > 0; --count)
      values.push_back(object("$elemMatch", elem_match(spot, depth - 1)));
    return values;
  }
  values = operands(spot);
  if (one_in(8)) values.push_back(regex_value());
  return values;
}

/// Of the value form, or of the document form over a path out of an element.
Json RandomQuery::elem_match(const Spot& spot, int depth) {
  const JsonArray* elements = spot.value.if_array();
  const Json element = elements && !elements->empty() ? (*elements)[below(elements->size())] : spot.value;
  if (depth <= 0) return object("$eq", element);
  if (one_in(2)) return operators({{}, element}, depth - 1);
  if (!element.is_object() || element.as_object().empty()) return filter(depth - 1);
  JsonObject document;
  for (std::size_t count = 1 + below(2); count > 0; --count) add_condition(document, spot_in(element.as_object()), depth - 1);
  return document;
}

Json RandomQuery::not_operand(const Spot& spot, int depth) {
  if (one_in(5) || depth <= 0) return regex_value();
  return operators(spot, depth - 1);
}

JsonObject RandomQuery::sort() {
  JsonObject sort;
  for (std::size_t count = below(4); count > 0; --count) {
    const std::string field = one_in(2) ? path() : spot().path;
    if (field.find("..") != std::string::npos || field.starts_with('.') || field.ends_with('.')) continue;
    sort.set(field, one_in(2) ? 1 : -1);
  }
  return sort;
}

}  // namespace taskrunner::oracle
