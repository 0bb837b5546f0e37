#include "store/task_validator.hpp"

#include <taskrunner/error.hpp>

#include "store/mongo_expression.hpp"

#include <algorithm>

namespace taskrunner::store {
namespace {

using namespace expression;

const Json* at_path(const JsonObject& object, const char* outer, const char* inner) {
  const Json* found = object.find(outer);
  return found && found->is_object() ? found->as_object().find(inner) : nullptr;
}

bool is_text(const Json* value, const char* text) { return value && *value == Json(text); }

/// The validator's parts, where several are joined.
const JsonArray* joined(const JsonObject& validator) {
  const Json* parts = validator.size() == 1 ? validator.find("$and") : nullptr;
  return parts ? parts->if_array() : nullptr;
}

void write_rules(MongoCommands& commands, const char* command_name, JsonObject validator) {
  JsonObject command;
  command.append(command_name, commands.names().tasks);
  command.append("validator", std::move(validator));
  command.append("validationLevel", "moderate");
  command.append("validationAction", "error");
  try {
    commands.write(command, WriteTries::once);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) +
                                  ": the collection's validator could not be set, without which no topic can be shared with "
                                  "other runners; where a right is missing, give the user the role dbAdmin on the database " +
                                  commands.names().database);
  }
}

}  // namespace

const Json& task_validator() {
  // Two fields that are missing are equal, as those of a completed task are.
  static const Json validator{
      {"$expr", either(equal(call("$type", "$lease"), "missing"),
                       both(equal("$lease.worker", "$worker"), equal("$lease.state", "$state")))}};
  return validator;
}

std::optional<CollectionRules> read_rules(MongoCommands& commands) {
  const JsonObject answer = commands.ask(
      Json{{"listCollections", 1}, {"filter", Json{{"name", commands.names().tasks}}}}.as_object());
  const JsonArray& found = answer.find("cursor")->at("firstBatch").as_array();
  if (found.empty()) return std::nullopt;
  CollectionRules rules;
  const JsonObject& collection = found.front().as_object();
  if (const Json* validator = at_path(collection, "options", "validator")) rules.validator = validator->as_object();
  rules.is_moderate = is_text(at_path(collection, "options", "validationLevel"), "moderate");
  rules.refuses = !is_text(at_path(collection, "options", "validationAction"), "warn");
  return rules;
}

bool guards_tasks(const CollectionRules& rules) {
  if (!rules.is_moderate || !rules.refuses) return false;
  if (Json(rules.validator) == task_validator()) return true;
  const JsonArray* parts = joined(rules.validator);
  return parts && std::find(parts->begin(), parts->end(), task_validator()) != parts->end();
}

JsonObject with_task_validator(const JsonObject& validator) {
  if (validator.empty() || Json(validator) == task_validator()) return task_validator().as_object();
  JsonArray parts;
  if (const JsonArray* theirs = joined(validator)) parts = *theirs;
  else parts.push_back(validator);
  if (std::find(parts.begin(), parts.end(), task_validator()) == parts.end()) parts.push_back(task_validator());
  JsonObject all;
  all.append("$and", std::move(parts));
  return all;
}

bool put_validator(MongoCommands& commands) {
  std::optional<CollectionRules> rules = read_rules(commands);
  if (!rules) {
    try {
      write_rules(commands, "create", task_validator().as_object());
      return true;
    } catch (const Error&) {
      rules = read_rules(commands);  // another host was quicker
      if (!rules) throw;
    }
  }
  if (guards_tasks(*rules)) return false;
  write_rules(commands, "collMod", with_task_validator(rules->validator));
  return true;
}

}  // namespace taskrunner::store
