#include "store/mongo_rights.hpp"

#include <algorithm>
#include <initializer_list>

namespace taskrunner::store {
namespace {

/// An empty name of a resource stands for every one.
bool covers(const Json& named, const std::string& wanted) { return named == Json("") || named == Json(wanted); }

/// `collection` is empty for the database as a whole.
bool is_about(const Json& resource, const std::string& database, const std::string& collection) {
  if (const Json* any = resource.find("anyResource")) return *any == Json(true);
  const Json* in = resource.find("db");
  const Json* what = resource.find("collection");
  return in && what && covers(*in, database) && covers(*what, collection);
}

bool is_allowed(const JsonArray& privileges, const std::string& database, const std::string& collection, const char* action) {
  return std::any_of(privileges.begin(), privileges.end(), [&](const Json& privilege) {
    const JsonArray& actions = privilege.at("actions").as_array();
    return is_about(privilege.at("resource"), database, collection) &&
           std::find(actions.begin(), actions.end(), Json(action)) != actions.end();
  });
}

}  // namespace

std::vector<std::string> missing_rights(const JsonArray& privileges, const MongoCollections& names, bool share_topics) {
  std::vector<std::string> missing;
  const auto need = [&](const std::string& collection, std::initializer_list<const char*> actions) {
    for (const char* action : actions)
      if (!is_allowed(privileges, names.database, collection, action))
        missing.push_back(std::string(action) + " on " + (collection.empty() ? "the database " + names.database : collection));
  };
  need(names.tasks, {"find", "insert", "update", "remove", "createIndex", "listIndexes"});
  need(names.hosts, {"find", "insert", "update", "remove"});
  need(names.schedules, {"find", "insert", "update"});
  need("", {"find", "changeStream"});
  if (!share_topics) return missing;
  need(names.tasks, {"collMod", "createCollection"});
  need("", {"listCollections"});
  return missing;
}

}  // namespace taskrunner::store
