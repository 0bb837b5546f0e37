#include "store/sqlite_filter.hpp"

#include <taskrunner/task_record.hpp>

#include "query/expression.hpp"

#include <algorithm>
#include <array>

namespace taskrunner::store {
namespace {

constexpr std::size_t most_values = 1'000;

/// A field that has one plain value, in a column. `stored` gives a value as the column has it; nothing where no task
/// can have it.
struct FilterColumn {
  std::string_view field;
  const char* column;
  bool may_be_null;
  std::optional<Json> (*stored)(const Json& value);
};

std::optional<Json> stored_id(const Json& value) {
  if (!std::holds_alternative<ObjectId>(value.value())) return std::nullopt;
  return value;
}

std::optional<Json> stored_text(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  return value;
}

template <typename Word>
std::optional<Json> stored_word(const Json& value, std::optional<Word> (*from)(std::string_view)) {
  if (!value.is_string()) return std::nullopt;
  const auto word = from(value.as_string());
  if (!word) return std::nullopt;
  return Json::int64(static_cast<std::int64_t>(*word));
}

constexpr std::array filter_columns = {
    FilterColumn{"_id", "id", false, stored_id},
    FilterColumn{"versionedTopic", "topic", false, stored_text},
    FilterColumn{"state", "state", false, [](const Json& value) { return stored_word(value, task_state_from); }},
    FilterColumn{"outcome", "outcome", true, [](const Json& value) { return stored_word(value, task_outcome_from); }},
    FilterColumn{"worker", "worker", true, stored_text},
    FilterColumn{"uniqueKey", "unique_key", true, stored_text},
};

/// Times are equal in order to their texts, as long as the year has four digits.
constexpr std::array<std::pair<std::string_view, const char*>, 7> sort_columns = {{
    {"_id", "id"}, {"createdAt", "created_at"}, {"updatedAt", "updated_at"}, {"startedAt", "started_at"},
    {"completedAt", "completed_at"}, {"priority", "priority"}, {"versionedTopic", "topic"},
}};

SqlFilter anything() { return {"1", {}, false}; }

const FilterColumn* column_of(const DottedPath& path) {
  if (path.parts().size() != 1) return nullptr;
  const auto found = std::find_if(filter_columns.begin(), filter_columns.end(),
                                  [&](const FilterColumn& column) { return column.field == path.parts()[0].name; });
  return found == filter_columns.end() ? nullptr : &*found;
}

std::optional<std::vector<Json>> values_of(const Predicate& predicate) {
  if (const auto* equals = dynamic_cast<const Equals*>(&predicate)) return std::vector<Json>{equals->value()};
  const auto* in = dynamic_cast<const IsIn*>(&predicate);
  if (!in || in->has_regexes() || in->values().size() > most_values) return std::nullopt;
  return in->values();
}

SqlFilter one_of(const FilterColumn& column, const std::vector<Json>& values) {
  SqlFilter filter;
  std::string marks;
  bool or_null = false;
  for (const Json& value : values) {
    or_null = or_null || value.is_null();
    if (auto stored = column.stored(value)) {
      filter.parameters.push_back(std::move(*stored));
      marks += marks.empty() ? "?" : ", ?";
    }
  }
  filter.condition = marks.empty() ? "0" : std::string(column.column) + " IN (" + marks + ")";
  if (or_null && column.may_be_null) filter.condition = "(" + filter.condition + " OR " + column.column + " IS NULL)";
  return filter;
}

SqlFilter translate(const Expression& expression);

SqlFilter join(const std::vector<ExpressionPtr>& parts, const char* word, const char* of_none) {
  SqlFilter joined{"", {}, true};
  for (const ExpressionPtr& part : parts) {
    SqlFilter one = translate(*part);
    joined.condition += (joined.condition.empty() ? "" : word) + one.condition;
    joined.parameters.insert(joined.parameters.end(), one.parameters.begin(), one.parameters.end());
    joined.exact = joined.exact && one.exact;
  }
  joined.condition = joined.condition.empty() ? of_none : "(" + joined.condition + ")";
  return joined;
}

SqlFilter negate(SqlFilter filter) {
  if (!filter.exact) return anything();
  filter.condition = "(" + filter.condition + " IS NOT TRUE)";
  return filter;
}

SqlFilter translate(const Expression& expression) {
  if (const auto* all = dynamic_cast<const AllOf*>(&expression)) return join(all->parts(), " AND ", "1");
  if (const auto* any = dynamic_cast<const AnyOf*>(&expression)) return join(any->parts(), " OR ", "0");
  if (const auto* negated = dynamic_cast<const Not*>(&expression)) return negate(translate(negated->part()));
  const auto* condition = dynamic_cast<const Condition*>(&expression);
  const FilterColumn* column = condition ? column_of(condition->path()) : nullptr;
  const auto values = column ? values_of(condition->predicate()) : std::nullopt;
  return values ? one_of(*column, *values) : anything();
}

}  // namespace

SqlFilter sql_filter(const CompiledQuery& query) { return translate(query.filter()); }

int bind_parameters(Statement& statement, const SqlFilter& filter) {
  int index = 1;
  for (const Json& parameter : filter.parameters) {
    if (const auto* id = std::get_if<ObjectId>(&parameter.value()))
      statement.bind(index++, *id);
    else if (const std::string* text = parameter.if_string())
      statement.bind_text(index++, *text);
    else
      statement.bind(index++, parameter.as_int64());
  }
  return index;
}

std::optional<std::string> sql_order(const CompiledQuery& query) {
  std::string order;
  for (const auto& [field, direction] : query.query().sort.as_object()) {
    const auto found = std::find_if(sort_columns.begin(), sort_columns.end(), [&](const auto& entry) { return entry.first == field; });
    if (found == sort_columns.end()) return std::nullopt;
    order += order.empty() ? "" : ", ";
    order += found->second;
    if (direction.as_double() < 0) order += " DESC";
  }
  return order;
}

}  // namespace taskrunner::store
