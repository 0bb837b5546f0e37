#include "live/query_index.hpp"

#include "doc/bson_order.hpp"
#include "doc/bson_type.hpp"
#include "doc/dotted_path.hpp"

#include <algorithm>
#include <optional>

namespace taskrunner::live {
namespace {

/// A query with more values than this does not stand under them.
constexpr std::size_t most_values = 256;

struct Before {
  bool operator()(const Json& a, const Json& b) const { return compare_bson(a, b) < 0; }
};
using ByValue = std::map<Json, std::vector<QueryNumber>, Before>;

/// The fields that conditions joined by "and" are about.
void collect_fields(const JsonObject& filter, std::vector<std::string>& names) {
  for (const auto& [name, operand] : filter) {
    if (!name.starts_with('$')) names.push_back(name);
    if (name != "$and" || !operand.is_array()) continue;
    for (const Json& part : operand.as_array())
      if (const JsonObject* object = part.if_object()) collect_fields(*object, names);
  }
}

/// Fields by how few tasks share a value of theirs.
int coarseness(std::string_view field) {
  if (field == "_id") return 0;
  if (field == "state") return 4;
  if (field == "worker") return 3;
  if (field == "versionedTopic") return 2;
  return 1;
}

struct Demand {
  std::string field;
  std::vector<Json> values;
};

bool is_narrower(const Demand& a, const Demand& b) {
  const int order = coarseness(a.field) - coarseness(b.field);
  return order != 0 ? order < 0 : a.values.size() < b.values.size();
}

std::optional<Demand> narrowest_demand(const CompiledQuery& query) {
  std::vector<std::string> names;
  collect_fields(query.query().filter.as_object(), names);
  std::optional<Demand> best;
  for (std::string& name : names) {
    auto values = query.equality_on(name);
    if (!values || values->size() > most_values) continue;
    Demand demand{std::move(name), std::move(*values)};
    if (demand.values.empty()) return demand;  // nothing matches
    if (!best || is_narrower(demand, *best)) best = std::move(demand);
  }
  return best;
}

bool is_undefined(const Json& value) {
  const auto* rare = std::get_if<RareBson>(&value.value());
  return rare && rare->type == bson_undefined;
}

}  // namespace

/// The queries that demand something of one field.
class QueryIndex::Field {
 public:
  explicit Field(const std::string& name) : path_(name) {}

  ByValue::iterator add(QueryNumber number, const Json& value) {
    const auto place = queries_.try_emplace(value).first;
    place->second.push_back(number);
    return place;
  }
  void remove(QueryNumber number, ByValue::iterator place) {
    std::erase(place->second, number);
    if (place->second.empty()) queries_.erase(place);
  }
  bool empty() const { return queries_.empty(); }

  /// By the same walk as a condition's, so that nothing is missed that it would find.
  void collect(const JsonObject& document, std::vector<QueryNumber>& found) const {
    static const Json null;
    path_.any(Members::of(document), LastArray::elements_and_whole, [&](const Json* value) {
      append(value ? *value : null, found);
      if (value && is_undefined(*value)) append(null, found);  // null demands it too
      return false;
    });
  }

 private:
  void append(const Json& value, std::vector<QueryNumber>& found) const {
    const auto place = queries_.find(value);
    if (place != queries_.end()) found.insert(found.end(), place->second.begin(), place->second.end());
  }

  const DottedPath path_;
  ByValue queries_;
};

struct QueryIndex::Place {
  std::string field;  ///< empty: it demands nothing
  std::vector<ByValue::iterator> values;
};

QueryIndex::QueryIndex() = default;
QueryIndex::~QueryIndex() = default;

QueryIndex::Field& QueryIndex::field(const std::string& name) {
  std::unique_ptr<Field>& entry = fields_[name];
  if (!entry) entry = std::make_unique<Field>(name);
  return *entry;
}

void QueryIndex::add(QueryNumber number, const CompiledQuery& query) {
  const auto demand = narrowest_demand(query);
  Place& place = places_[number];
  if (!demand) {
    demanding_nothing_.push_back(number);
    return;
  }
  if (demand->values.empty()) return;
  place.field = demand->field;
  for (const Json& value : demand->values) place.values.push_back(field(place.field).add(number, value));
}

void QueryIndex::remove(QueryNumber number) {
  const auto found = places_.find(number);
  if (found == places_.end()) return;
  const Place& place = found->second;
  if (place.field.empty()) {
    std::erase(demanding_nothing_, number);
  } else {
    Field& held = field(place.field);
    for (const auto& value : place.values) held.remove(number, value);
    if (held.empty()) fields_.erase(place.field);
  }
  places_.erase(found);
}

void QueryIndex::collect(const JsonObject& document, std::vector<QueryNumber>& found) const {
  found.insert(found.end(), demanding_nothing_.begin(), demanding_nothing_.end());
  for (const auto& [name, field] : fields_) field->collect(document, found);
}

}  // namespace taskrunner::live
