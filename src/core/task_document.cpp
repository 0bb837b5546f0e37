#include "core/task_document.hpp"

#include <taskrunner/error.hpp>

#include "base/time_text.hpp"
#include "doc/json_parse.hpp"

#include <utility>

namespace taskrunner::core {
namespace {

// Writing: an absent value is an absent member, never null.

template <typename T>
void put(JsonObject& out, const char* name, const std::optional<T>& value) {
  if (value) out.append(name, Json(*value));
}
void put_time(JsonObject& out, const char* name, const std::optional<std::int64_t>& ms) {
  if (ms) out.append(name, iso_time(*ms));
}
void put_count(JsonObject& out, const char* name, std::int64_t count) {
  if (count != 0) out.append(name, count);
}

Json json_of(const AvailableActions& actions) {
  return Json{{"stop", actions.stop}, {"pause", actions.pause}, {"resume", actions.resume}};
}

Json json_of(const Lease& lease) {
  JsonObject out;
  out.append("token", lease.token);
  put(out, "session", lease.session);
  put(out, "worker", lease.worker);
  out.append("state", to_text(lease.state));
  return out;
}

Json json_of(const Signal& signal) {
  return Json{{"op", to_text(signal.op)}, {"by", signal.by}, {"at", iso_time(signal.at_ms)}};
}

Json json_of(const std::vector<TaskError>& errors) {
  JsonArray out;
  for (const TaskError& error : errors)
    out.push_back(Json{{"at", iso_time(error.at_ms)}, {"attempt", error.attempt}, {"error", error.text}});
  return out;
}

Json json_of(const ScheduleTick& schedule) {
  return Json{{"name", schedule.name}, {"tick", iso_time(schedule.tick_ms)}};
}

void put_old_fields(JsonObject& out, const TaskRecord& task) {
  out.append("state", to_text(task.state));
  out.append("versionedTopic", task.versioned_topic);
  put(out, "data", task.data);
  put(out, "response", task.response);
  if (task.priority) out.append("priority", json_number(*task.priority));
  put(out, "applicant", task.applicant);
  put(out, "worker", task.worker);
  out.append("createdAt", iso_time(task.created_at_ms));
  out.append("updatedAt", iso_time(task.updated_at_ms));
  put_time(out, "deleteAt", task.delete_at_ms);
  put_time(out, "waitUntil", task.wait_until_ms);
  put(out, "publicUrl", task.public_url);
  if (task.available_actions) out.append("availableActions", json_of(*task.available_actions));
}

void put_added_fields(JsonObject& out, const TaskRecord& task) {
  if (task.outcome) out.append("outcome", to_text(*task.outcome));
  put_count(out, "rev", task.rev);
  put_count(out, "epoch", task.epoch);
  put_count(out, "attempts", task.attempts);
  put(out, "maxAttempts", task.max_attempts);
  put_count(out, "losses", task.losses);
  if (!task.errors.empty()) out.append("errors", json_of(task.errors));
  put(out, "progress", task.progress);
  put(out, "checkpoint", task.checkpoint);
  put(out, "uniqueKey", task.unique_key);
  if (task.signal) out.append("signal", json_of(*task.signal));
  put_time(out, "startedAt", task.started_at_ms);
  put_time(out, "completedAt", task.completed_at_ms);
  if (task.schedule) out.append("schedule", json_of(*task.schedule));
}

// Reading: a member of the wrong type is an error that names it.

[[noreturn]] void wrong(std::string_view name, std::string_view wanted) {
  throw Error(ErrorCode::invalid_argument, "the task's '" + std::string(name) + "' is not " + std::string(wanted));
}

std::optional<std::string> text_of(const JsonObject& in, std::string_view name) {
  const Json* member = in.find(name);
  if (!member) return std::nullopt;
  if (!member->is_string()) wrong(name, "a string");
  return member->as_string();
}

std::optional<std::int64_t> time_of(const JsonObject& in, std::string_view name) {
  const auto text = text_of(in, name);
  if (!text) return std::nullopt;
  const auto ms = parse_iso_time(*text);
  if (!ms) wrong(name, "an ISO-8601 time");
  return ms;
}

std::optional<std::int64_t> count_of(const JsonObject& in, std::string_view name) {
  const Json* member = in.find(name);
  if (!member) return std::nullopt;
  if (!member->is_number()) wrong(name, "a number");
  return member->as_int64();
}

std::optional<Json> take_value(JsonObject& in, std::string_view name) {
  Json* member = in.find(name);
  if (!member) return std::nullopt;
  return std::move(*member);
}

std::optional<ObjectId> id_of(const JsonObject& in, std::string_view name) {
  const Json* member = in.find(name);
  if (!member) return std::nullopt;
  if (const auto* id = std::get_if<ObjectId>(&member->value())) return *id;
  if (const std::string* hex = member->if_string())
    if (const auto id = ObjectId::from_hex(*hex)) return id;
  wrong(name, "an ObjectId");
}

const JsonObject* object_of(const JsonObject& in, std::string_view name) {
  const Json* member = in.find(name);
  if (!member) return nullptr;
  if (!member->is_object()) wrong(name, "an object");
  return member->if_object();
}

template <typename Enum>
std::optional<Enum> word_of(const JsonObject& in, std::string_view name,
                            std::optional<Enum> (*from)(std::string_view)) {
  const auto text = text_of(in, name);
  if (!text) return std::nullopt;
  const auto value = from(*text);
  if (!value) wrong(name, "a known word: '" + *text + "'");
  return value;
}

AvailableActions read_actions(const JsonObject& in) {
  const auto flag = [&](const char* name) {
    const Json* member = in.find(name);
    return member && member->if_bool() && member->as_bool();
  };
  return {flag("stop"), flag("pause"), flag("resume")};
}

Lease read_lease(const JsonObject& in) {
  Lease lease;
  lease.token = id_of(in, "token").value_or(ObjectId());
  lease.session = id_of(in, "session");
  lease.worker = text_of(in, "worker");
  lease.state = word_of(in, "state", task_state_from).value_or(TaskState::running);
  return lease;
}

Signal read_signal(const JsonObject& in) {
  return {word_of(in, "op", signal_op_from).value_or(SignalOp::stop), text_of(in, "by").value_or(""),
          time_of(in, "at").value_or(0)};
}

std::vector<TaskError> read_errors(const JsonObject& in) {
  std::vector<TaskError> errors;
  const Json* member = in.find("errors");
  if (!member) return errors;
  if (!member->is_array()) wrong("errors", "an array");
  for (const Json& element : member->as_array()) {
    if (!element.is_object()) wrong("errors", "an array of objects");
    const JsonObject& error = element.as_object();
    errors.push_back({time_of(error, "at").value_or(0), count_of(error, "attempt").value_or(0),
                      text_of(error, "error").value_or("")});
  }
  return errors;
}

void read_old_fields(TaskRecord& task, JsonObject& in) {
  const auto id = id_of(in, "_id");
  if (!id) wrong("_id", "there");
  task.id = *id;
  task.state = word_of(in, "state", task_state_from).value_or(TaskState::to_do);
  task.versioned_topic = text_of(in, "versionedTopic").value_or("default#1");
  task.data = take_value(in, "data");
  task.response = take_value(in, "response");
  if (const Json* priority = in.find("priority")) {
    if (!priority->is_number()) wrong("priority", "a number");
    task.priority = priority->as_double();
  }
  task.applicant = text_of(in, "applicant");
  task.worker = text_of(in, "worker");
  task.created_at_ms = time_of(in, "createdAt").value_or(0);
  task.updated_at_ms = time_of(in, "updatedAt").value_or(task.created_at_ms);
  task.delete_at_ms = time_of(in, "deleteAt");
  task.wait_until_ms = time_of(in, "waitUntil");
  task.public_url = text_of(in, "publicUrl");
  if (const JsonObject* actions = object_of(in, "availableActions")) task.available_actions = read_actions(*actions);
}

void read_added_fields(TaskRecord& task, JsonObject& in) {
  task.outcome = word_of(in, "outcome", task_outcome_from);
  if (const JsonObject* lease = object_of(in, "lease")) task.lease = read_lease(*lease);
  task.rev = count_of(in, "rev").value_or(0);
  task.epoch = count_of(in, "epoch").value_or(0);
  task.attempts = count_of(in, "attempts").value_or(0);
  task.max_attempts = count_of(in, "maxAttempts");
  task.losses = count_of(in, "losses").value_or(0);
  task.errors = read_errors(in);
  task.progress = take_value(in, "progress");
  task.checkpoint = take_value(in, "checkpoint");
  task.unique_key = text_of(in, "uniqueKey");
  if (const JsonObject* signal = object_of(in, "signal")) task.signal = read_signal(*signal);
  task.started_at_ms = time_of(in, "startedAt");
  task.completed_at_ms = time_of(in, "completedAt");
  if (const JsonObject* schedule = object_of(in, "schedule"))
    task.schedule = ScheduleTick{text_of(*schedule, "name").value_or(""), time_of(*schedule, "tick").value_or(0)};
}

}  // namespace

JsonObject to_document(const TaskRecord& task) {
  JsonObject out;
  out.reserve(32);
  out.append("_id", task.id);
  put_old_fields(out, task);
  if (task.lease) out.append("lease", json_of(*task.lease));
  put_added_fields(out, task);
  return out;
}

TaskRecord from_document(JsonObject document) {
  TaskRecord task;
  read_old_fields(task, document);
  read_added_fields(task, document);
  return task;
}

JsonObject to_wire(const TaskRecord& task) {
  JsonObject out;
  out.reserve(32);
  out.append("id", task.id);
  put_old_fields(out, task);
  put_added_fields(out, task);
  return out;
}

std::string wire_json(const TaskRecord& task) { return Json(to_wire(task)).dump(); }

}  // namespace taskrunner::core
