#include "store/check_mongo.hpp"

#include <taskrunner/error.hpp>

#include "doc/bson.hpp"
#include "store/mongo_command.hpp"
#include "store/clock_skew.hpp"
#include "store/mongo_indexes.hpp"
#include "store/mongo_members.hpp"
#include "store/mongo_rights.hpp"
#include "store/task_validator.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace taskrunner::store {
namespace {

using Findings = std::vector<StoreFinding>;

constexpr std::int64_t oldest_version = 6;

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

void check_members(const std::vector<MongoMember>& members, Findings& findings) {
  const auto is_silent = [](const MongoMember& member) { return !member.answers; };
  const auto holds_data = [](const MongoMember& member) { return member.answers && !member.is_arbiter; };
  const auto answering = static_cast<std::size_t>(std::count_if(members.begin(), members.end(), holds_data));
  const std::size_t majority = members.size() / 2 + 1;
  std::vector<std::string> silent;
  for (const MongoMember& member : members)
    if (is_silent(member)) silent.push_back(member.address);
  const std::string about =
      fmt::format("writes wait for the journals of {} of its {} members, and {} answer", majority, members.size(), answering);
  if (answering < majority)
    bad(findings, about + ": no add is acknowledged", fmt::format("start what is down ({})", fmt::join(silent, ", ")));
  else if (!silent.empty())
    bad(findings, fmt::format("{}; {} does not", about, fmt::join(silent, ", ")),
        "start it, or take it out of the set: with too few of them nothing can be written");
  else
    good(findings, about);
}

void check_rights(MongoCommands& commands, bool share_topics, Findings& findings) {
  const JsonObject status = commands.ask(Json{{"connectionStatus", 1}, {"showPrivileges", true}}.as_object());
  const Json& authenticated = status.find("authInfo")->at("authenticatedUsers");
  if (authenticated.as_array().empty()) return good(findings, "it is used without a user");
  const JsonArray& privileges = status.find("authInfo")->at("authenticatedUserPrivileges").as_array();
  const std::vector<std::string> missing = missing_rights(privileges, commands.names(), share_topics);
  const std::string user = authenticated.as_array().front().at("user").as_string();
  if (missing.empty()) return good(findings, "the user " + user + " has the rights that a host needs");
  bad(findings, fmt::format("the user {} may not: {}", user, fmt::join(missing, ", ")),
      fmt::format("give it the role readWrite{} on the database {}", share_topics ? " and the role dbAdmin" : "",
                  commands.names().database));
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

/// What can be seen of a server that answers; one question that is refused does not keep the others back.
void check_server(MongoCommands& commands, const StoreOptions& options, const JsonObject& hello, Findings& findings) {
  const auto check = [&](const auto& look) {
    try {
      look();
    } catch (const Error& error) {
      bad(findings, error.what(), "mend what is named above first: the rest could not be looked at without it");
    }
  };
  const std::vector<MongoMember> members = ask_members(*commands.names().pool);
  check_replica_set(hello, findings);
  check([&] { check_version(commands.ask(Json{{"buildInfo", 1}}.as_object()), findings); });
  if (hello.find("setName")) check_members(members, findings);
  check([&] { check_rights(commands, options.share_topics, findings); });
  check([&] { check_indexes(commands, options.share_topics ? shared_task_indexes() : task_indexes(), findings); });
  check([&] { check_validator(commands, options.share_topics, findings); });
  check_clocks(members, findings);
  check([&] { check_documents(commands, findings); });
}

}  // namespace

std::vector<StoreFinding> check_mongo(const MongoUrl& url, const StoreOptions& options) {
  Findings findings;
  try {
    MongoCommands commands(open_collections(url));
    const JsonObject hello = commands.hello();
    good(findings, url.shown + " answers");
    check_server(commands, options, hello, findings);
  } catch (const Error& error) {
    bad(findings, error.what(), "see that the server runs, that it can be reached from here, and that user and password "
                                "are right");
  }
  return findings;
}

}  // namespace taskrunner::store
