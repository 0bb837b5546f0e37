#include "api/access.hpp"

#include <taskrunner/error.hpp>

#include "core/task_document.hpp"

#include <algorithm>

namespace taskrunner::api {

namespace {

Json filter_of(const AccessRule& rule) {
  Json rows = rule.rows.is_null() ? Json::object() : rule.rows;
  if (!rule.topics) return rows;
  JsonArray topics(rule.topics->begin(), rule.topics->end());
  return Json{{"$and", Json::array({std::move(rows), Json{{"versionedTopic", Json{{"$in", Json(std::move(topics))}}}}})}};
}

}  // namespace

Access::Access(AccessRule rule)
    : filter_(filter_of(rule)),
      rows_(parse_query({filter_, {}, 0, 0})),
      topics_(std::move(rule.topics)),
      hidden_(std::move(rule.hidden_fields)) {
  if (rows_->matches_everything()) rows_.reset();
  if (hides("id") || hides("_id")) throw Error(ErrorCode::invalid_argument, "a task's id cannot be hidden");
}

Query Access::narrowed(Query query) const {
  if (!hidden_.empty()) {
    refuse_hidden(query.filter);
    refuse_hidden(query.sort);
  }
  if (!rows_) return query;
  parse_query(query);
  JsonArray both{filter_, query.filter.is_null() ? Json::object() : std::move(query.filter)};
  query.filter = Json{{"$and", Json(std::move(both))}};
  return query;
}

bool Access::permits(const TaskRecord& task) const { return !rows_ || rows_->matches(core::to_document(task)); }

bool Access::permits_topic(const std::string& versioned_topic) const {
  return !topics_ || std::find(topics_->begin(), topics_->end(), versioned_topic) != topics_->end();
}

bool Access::hides(std::string_view path) const {
  const std::string_view field = path.substr(0, path.find('.'));
  return std::find(hidden_.begin(), hidden_.end(), field) != hidden_.end();
}

/// Names of fields stand at the top, and within `$and`, `$or` and `$nor`.
void Access::refuse_hidden(const Json& part) const {
  if (const JsonArray* parts = part.if_array())
    for (const Json& inner : *parts) refuse_hidden(inner);
  const JsonObject* object = part.if_object();
  if (!object) return;
  for (const auto& [name, value] : *object) {
    if (hides(name)) throw Error(ErrorCode::invalid_argument, "the field '" + name + "' may not be asked about");
    if (name.starts_with('$')) refuse_hidden(value);
  }
}

std::string Access::wire_json(const live::LiveTask& task) const {
  return hidden_.empty() ? task.wire_json() : wire_json(*task.told());
}

std::string Access::wire_json(const TaskRecord& task) const {
  if (hidden_.empty()) return core::wire_json(task);
  JsonObject document = core::to_wire(task);
  for (const std::string& name : hidden_) document.erase(name);
  return Json(std::move(document)).dump();
}

AccessPtr full_access() {
  static const auto access = std::make_shared<const Access>();
  return access;
}

}  // namespace taskrunner::api
