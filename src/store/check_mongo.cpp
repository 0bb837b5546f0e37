#include "store/check_mongo.hpp"

#include <taskrunner/error.hpp>

#include "base/clock.hpp"
#include "doc/bson.hpp"
#include "store/mongo_command.hpp"
#include "store/mongo_indexes.hpp"
#include "store/task_validator.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <set>

namespace taskrunner::store {
namespace {

using Findings = std::vector<StoreFinding>;

constexpr std::int64_t oldest_version = 6;
constexpr std::int64_t much_skew_ms = 5'000;

void good(Findings& findings, std::string what) { findings.push_back({true, std::move(what), {}}); }
void bad(Findings& findings, std::string what, std::string remedy) {
  findings.push_back({false, std::move(what), std::move(remedy)});
}

void check_replica_set(const JsonObject& hello, Findings& findings) {
  const Json* name = hello.find("setName");
  if (name && name->is_string()) return good(findings, "it is the primary of the replica set " + name->as_string());
  const Json* message = hello.find("msg");
  if (message && *message == Json("isdbgrid")) return good(findings, "it is a router of a sharded cluster");
  bad(findings, "it is a single server, without the change streams by which hosts see each other's tasks",
      "start it with --replSet NAME and run rs.initiate() once: a replica set of one will do");
}

void check_version(const JsonObject& build, Findings& findings) {
  const std::int64_t major = build.find("versionArray")->as_array().at(0).as_int64();
  const std::string what = "MongoDB " + build.find("version")->as_string();
  if (major >= oldest_version)
    good(findings, what);
  else
    bad(findings, what, fmt::format("upgrade it to {}.0 or newer", oldest_version));
}

bool is_about(const Json& resource, const MongoCollections& names) {
  if (const Json* any = resource.find("anyResource")) return *any == Json(true);
  const Json* database = resource.find("db");
  const Json* collection = resource.find("collection");
  if (!database || !collection) return false;
  return (*database == Json("") || *database == Json(names.database)) &&
         (*collection == Json("") || *collection == Json(names.tasks));
}

void check_rights(MongoCommands& commands, Findings& findings) {
  const JsonObject status = commands.ask(Json{{"connectionStatus", 1}, {"showPrivileges", true}}.as_object());
  const Json& authenticated = status.find("authInfo")->at("authenticatedUsers");
  if (authenticated.as_array().empty()) return good(findings, "it is used without a user");
  std::set<std::string> missing = {"find", "insert", "update", "remove", "createIndex", "listIndexes", "changeStream"};
  for (const Json& privilege : status.find("authInfo")->at("authenticatedUserPrivileges").as_array())
    if (is_about(privilege.at("resource"), commands.names()))
      for (const Json& action : privilege.at("actions").as_array()) missing.erase(action.as_string());
  const std::string user = authenticated.as_array().front().at("user").as_string();
  if (missing.empty()) return good(findings, "the user " + user + " has the rights that a host needs");
  bad(findings, fmt::format("the user {} may not: {}", user, fmt::join(missing, ", ")),
      "give it the role readWrite on the database " + commands.names().database);
}

void check_indexes(MongoCommands& commands, const std::vector<Json>& needed, Findings& findings) {
  const std::vector<std::string> missing = missing_indexes(commands, needed);
  if (missing.empty()) return good(findings, "all indexes are there");
  if (missing.size() == needed.size())
    return good(findings, "the collection " + commands.names().tasks + " has no indexes of ours yet: serve makes them");
  bad(findings, fmt::format("indexes are missing: {}", fmt::join(missing, ", ")),
      "serve makes them when it starts, and says in its log why where it cannot; large collections take minutes");
}

/// Stores leave them alone, so that nobody would ever see why they do not run.
void check_documents(MongoCommands& commands, Findings& findings) {
  constexpr int most_named = 10;
  const Json no_text{{"$exists", true}, {"$not", Json{{"$type", "string"}}}};
  const Json odd{{"$or", Json::array({
                             Json{{"state", Json{{"$nin", Json::array({"to do", "running", "paused", "completed"})}}}},
                             Json{{"worker", no_text}},
                             Json{{"waitUntil", no_text}},
                             Json{{"createdAt", no_text}},
                             Json{{"versionedTopic", no_text}},
                         })}};
  std::vector<std::string> named;
  commands.find(commands.names().tasks, odd.as_object(),
                Json{{"projection", Json{{"_id", 1}}}, {"limit", most_named}}.as_object(),
                [&](std::string_view bson) { named.push_back(decode_bson(bson).find("_id")->dump()); });
  if (named.empty()) return good(findings, "all documents are tasks");
  bad(findings, fmt::format("these documents (the first {}) are no tasks, and are left alone: {}", most_named, fmt::join(named, ", ")),
      "their state is unknown, or worker, waitUntil, createdAt or versionedTopic is no text: mend or remove them");
}

void check_validator(MongoCommands& commands, bool is_needed, Findings& findings) {
  const std::optional<CollectionRules> rules = read_rules(commands);
  if (rules && guards_tasks(*rules))
    return good(findings, "the validator is there that keeps other runners from tasks which a host holds");
  if (!is_needed) return;
  if (!rules) return good(findings, "the collection " + commands.names().tasks + " is not there yet: serve makes it, with its validator");
  bad(findings, "the validator is missing by which topics can be shared with other runners",
      "serve --share-topics puts it there, and says in its log why where it cannot");
}

void check_clock(const JsonObject& hello, Findings& findings) {
  const Json* local_time = hello.find("localTime");
  const Date* date = local_time ? std::get_if<Date>(&local_time->value()) : nullptr;
  if (!date) return;
  const std::int64_t skew_ms = date->ms - system_clock().wall_ms();
  const std::string what = fmt::format("its clock is {} ms {} this machine's", std::abs(skew_ms), skew_ms < 0 ? "behind" : "ahead of");
  if (std::abs(skew_ms) < much_skew_ms)
    good(findings, what);
  else
    bad(findings, what, "tasks go by the server's clock; let both be set by NTP so that what people read agrees");
}

}  // namespace

std::vector<StoreFinding> check_mongo(const MongoUrl& url, const StoreOptions& options) {
  Findings findings;
  try {
    MongoCommands commands(open_collections(url));
    const JsonObject hello = commands.hello();
    good(findings, url.shown + " answers");
    check_replica_set(hello, findings);
    check_version(commands.ask(Json{{"buildInfo", 1}}.as_object()), findings);
    check_rights(commands, findings);
    check_indexes(commands, options.share_topics ? shared_task_indexes() : task_indexes(), findings);
    check_validator(commands, options.share_topics, findings);
    check_clock(hello, findings);
    check_documents(commands, findings);
  } catch (const Error& error) {
    bad(findings, error.what(), "see that the server runs, that it can be reached from here, and that user and password "
                                "are right");
  }
  return findings;
}

}  // namespace taskrunner::store
