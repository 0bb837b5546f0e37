#include "store/mongo_indexes.hpp"

#include <taskrunner/error.hpp>

#include "base/log.hpp"

#include <set>

namespace taskrunner::store {
namespace {

Json index(const char* name, Json key, Json only, bool unique = false) {
  Json made{{"name", name}, {"key", std::move(key)}, {"partialFilterExpression", std::move(only)}};
  if (unique) made["unique"] = true;
  return made;
}

Json exists(const char* field) { return Json{{field, Json{{"$exists", true}}}}; }

}  // namespace

const Json& claim_order() {
  static const Json order{{"priority", -1}, {"waitUntil", 1}, {"_id", 1}};
  return order;
}

const std::vector<Json>& task_indexes() {
  static const Json to_do{{"state", "to do"}};
  static const Json waiting{{"state", "to do"}, {"waitUntil", Json{{"$exists", true}}}};
  static const std::vector<Json> indexes = {
      // The topic in front: a host's tasks do not hide behind those of others.
      index("claim", Json{{"state", 1}, {"versionedTopic", 1}, {"priority", -1}, {"waitUntil", 1}, {"_id", 1}}, to_do),
      index("due", Json{{"state", 1}, {"versionedTopic", 1}, {"waitUntil", 1}}, waiting),
      index("session", Json{{"lease.session", 1}}, exists("lease.session")),
      index("end", Json{{"deleteAt", 1}}, exists("deleteAt")),
      index("uniqueKey", Json{{"uniqueKey", 1}}, exists("uniqueKey"), true),
  };
  return indexes;
}

const std::vector<Json>& shared_task_indexes() {
  static const std::vector<Json> indexes = [] {
    std::vector<Json> all = task_indexes();
    all.push_back(index("oldWorker", Json{{"lease.session", 1}, {"versionedTopic", 1}}, exists("worker")));
    return all;
  }();
  return indexes;
}

std::vector<std::string> missing_indexes(MongoCommands& commands, const std::vector<Json>& needed) {
  std::set<std::string> there;
  for (const JsonObject& known : commands.list_indexes(commands.names().tasks))
    if (const Json* name = known.find("name")) there.insert(name->as_string());
  std::vector<std::string> missing;
  for (const Json& wanted : needed)
    if (!there.contains(wanted.at("name").as_string())) missing.push_back(wanted.at("name").as_string());
  return missing;
}

void make_index(MongoCommands& commands, const Json& wanted) {
  JsonObject command;
  command.append("createIndexes", commands.names().tasks);
  command.append("indexes", JsonArray{wanted});
  try {
    commands.write(command, WriteTries::once);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_argument) throw;
    log_error("{}: the index {} cannot be made: {}", commands.names().shown, wanted.at("name").as_string(), error.what());
  }
}

}  // namespace taskrunner::store
