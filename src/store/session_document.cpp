#include "store/session_document.hpp"

namespace taskrunner::store {
namespace {

std::string text_of(const JsonObject& document, const char* name) {
  const Json* member = document.find(name);
  return member && member->is_string() ? member->as_string() : std::string();
}

std::int64_t number_of(const JsonObject& document, const char* name) {
  const Json* member = document.find(name);
  return member && member->is_number() ? member->as_int64() : 0;
}

}  // namespace

JsonObject session_fields(const SessionInfo& session) {
  JsonObject fields;
  fields.append("instance", session.instance);
  fields.append("baseUrl", session.base_url);
  fields.append("watchAddress", session.watch_address);
  fields.append("bootId", session.process.boot_id);
  fields.append("pidNamespace", Json::int64(session.process.pid_namespace));
  fields.append("pid", session.process.pid);
  fields.append("pidStart", Json::int64(session.process.pid_start));
  fields.append("topics", JsonArray(session.topics.begin(), session.topics.end()));
  fields.append("capacity", session.capacity);
  fields.append("startedAt", Date{session.started_at_ms});
  return fields;
}

SessionInfo session_of(const JsonObject& document) {
  SessionInfo session;
  session.id = id_of(document);
  session.instance = text_of(document, "instance");
  session.base_url = text_of(document, "baseUrl");
  session.watch_address = text_of(document, "watchAddress");
  session.process = {text_of(document, "bootId"), number_of(document, "pidNamespace"), number_of(document, "pid"),
                     number_of(document, "pidStart")};
  if (const Json* topics = document.find("topics"); topics && topics->is_array())
    for (const Json& topic : topics->as_array())
      if (topic.is_string()) session.topics.push_back(topic.as_string());
  session.capacity = number_of(document, "capacity");
  session.started_at_ms = date_of(document, "startedAt");
  session.until_ms = date_of(document, "until");
  if (document.find("clockAheadMs")) session.clock_ahead_ms = number_of(document, "clockAheadMs");
  const Json* lost = document.find("lost");
  session.lost = lost && *lost == Json(true);
  return session;
}

ObjectId id_of(const JsonObject& document) {
  const Json* id = document.find("_id");
  const ObjectId* value = id ? std::get_if<ObjectId>(&id->value()) : nullptr;
  return value ? *value : ObjectId();
}

std::int64_t date_of(const JsonObject& document, const char* name) {
  const Json* member = document.find(name);
  const Date* date = member ? std::get_if<Date>(&member->value()) : nullptr;
  return date ? date->ms : 0;
}

}  // namespace taskrunner::store
