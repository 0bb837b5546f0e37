#include "app/list_query.hpp"

#include <taskrunner/error.hpp>
#include <taskrunner/task_record.hpp>

namespace taskrunner::app {
namespace {

Json state_condition(const std::string& word) {
  if (task_state_from(word)) return Json{{"state", word}};
  if (task_outcome_from(word)) return Json{{"outcome", word}};
  throw Error(ErrorCode::invalid_argument, "--state '" + word + "': want to do, running, paused, completed, or one of " +
                                               "success, failed, cancelled, dead");
}

Json any_of(JsonArray conditions) {
  if (conditions.size() == 1) return std::move(conditions[0]);
  JsonObject either;
  either.append("$or", Json(std::move(conditions)));
  return Json(std::move(either));
}

Json sort_of(const std::string& text) {
  if (text.empty()) return {};
  if (text[0] == '{') return parse_typed_json("--sort", text);
  JsonObject sort;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string field = text.substr(start, comma - start);
    const bool is_descending = field.starts_with('-');
    sort.set(field.substr(is_descending ? 1 : 0), Json(is_descending ? -1 : 1));
    start = comma + 1;
  }
  return Json(std::move(sort));
}

}  // namespace

Json parse_typed_json(const std::string& what, const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, what + " is no JSON: " + error.what());
  }
}

Query list_query(const ListOptions& options) {
  JsonArray all;
  JsonArray states;
  for (const std::string& word : options.states) states.push_back(state_condition(word));
  if (!states.empty()) all.push_back(any_of(std::move(states)));
  JsonArray topics;
  for (const std::string& topic : options.topics) topics.push_back(Json{{"versionedTopic", topic}});
  if (!topics.empty()) all.push_back(any_of(std::move(topics)));
  if (!options.query.empty()) {
    all.push_back(parse_typed_json("the query", options.query));
    if (!all.back().is_object()) throw Error(ErrorCode::invalid_argument, "the query is no object: " + options.query);
  }
  Query query;
  if (all.size() == 1)
    query.filter = std::move(all[0]);
  else if (!all.empty())
    query.filter["$and"] = Json(std::move(all));
  query.sort = sort_of(options.sort);
  query.skip = options.skip;
  query.limit = options.limit;
  return query;
}

}  // namespace taskrunner::app
