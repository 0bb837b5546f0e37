#include "api/request_json.hpp"

#include <taskrunner/error.hpp>

#include "base/time_text.hpp"
#include "doc/extended_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace taskrunner::api {
namespace {

constexpr std::size_t most_topic_bytes = 200;
constexpr std::size_t most_key_bytes = 1'000;
constexpr std::int64_t most_attempts = 1'000'000;

/// Fields that the document will have, and that must not be stored and ignored until then.
constexpr std::array later_fields = {"requires", "concurrencyKey", "timeoutSeconds", "dependsOn", "parent"};

template <typename... Args>
[[noreturn]] void wrong(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorCode::invalid_argument, fmt::format(format, std::forward<Args>(args)...));
}

void want_object(const Json& payload, std::string_view what) {
  if (!payload.is_object()) wrong("want an object {}, got {}", what, type_name(payload));
}

/// The member, where it is there and not null.
const Json* given(const Json& payload, std::string_view name) {
  const Json* member = payload.find(name);
  return member && !member->is_null() ? member : nullptr;
}

std::optional<std::string> text_of(const Json& payload, const char* name, std::size_t most_bytes) {
  const Json* member = given(payload, name);
  if (!member) return std::nullopt;
  const std::string* text = member->if_string();
  if (!text) wrong("'{}' must be a string, not {}", name, type_name(*member));
  if (text->empty()) wrong("'{}' must not be empty", name);
  if (text->size() > most_bytes) wrong("'{}' is longer than {} bytes", name, most_bytes);
  return *text;
}

std::optional<double> number_of(const Json& payload, const char* name) {
  const Json* member = given(payload, name);
  if (!member) return std::nullopt;
  if (!member->is_number()) wrong("'{}' must be a number, not {}", name, type_name(*member));
  return member->as_double();
}

std::optional<std::int64_t> whole_of(const Json& payload, const char* name, std::int64_t least, std::int64_t most) {
  if (!number_of(payload, name)) return std::nullopt;
  try {
    const std::int64_t number = payload.at(name).as_int64();
    if (number >= least && number <= most) return number;
  } catch (const Error&) {
  }
  wrong("'{}' must be a whole number from {} to {}", name, least, most);
}

std::optional<std::int64_t> wait_until_of(const Json& payload, std::int64_t now_ms) {
  const std::optional<std::string> text = text_of(payload, "waitUntil", 100);
  if (!text) return std::nullopt;
  if (text->starts_with('+')) {
    const auto length_ms = parse_duration_ms(std::string_view(*text).substr(1));
    if (length_ms) return now_ms + *length_ms;
  } else if (const auto time = parse_iso_time(*text)) {
    return time;
  }
  wrong("'waitUntil' must be a time such as 2026-01-31T09:30:00.000Z, or a length such as +10s, not '{}'", *text);
}

void refuse_later_fields(const Json& payload) {
  for (const char* name : later_fields)
    if (given(payload, name))
      throw Error(ErrorCode::not_supported, fmt::format("'{}' is not there yet: a later version brings it", name));
}

}  // namespace

NewTask new_task_from(const Json& payload, std::int64_t now_ms) {
  want_object(payload, "{versionedTopic, data, …}");
  refuse_later_fields(payload);
  NewTask task;
  task.versioned_topic = text_of(payload, "versionedTopic", most_topic_bytes).value_or(task.versioned_topic);
  if (const Json* data = payload.find("data")) task.data = from_extended_json(*data);
  task.priority = number_of(payload, "priority");
  task.wait_until_ms = wait_until_of(payload, now_ms);
  task.unique_key = text_of(payload, "uniqueKey", most_key_bytes);
  task.max_attempts = whole_of(payload, "maxAttempts", 1, most_attempts);
  return task;
}

Query query_from(const Json& payload) {
  if (!payload.is_null()) want_object(payload, "{queryObj, sort, skip, limit}");
  Query query;
  if (const Json* filter = given(payload, "queryObj")) query.filter = *filter;
  if (const Json* sort = given(payload, "sort")) query.sort = *sort;
  constexpr std::int64_t most = 1'000'000'000;  // the query's own bound is lower, and names itself
  query.skip = whole_of(payload, "skip", 0, most).value_or(0);
  query.limit = whole_of(payload, "limit", 0, most).value_or(0);
  return query;
}

std::optional<ResumePlace> resume_from(const Json& payload) {
  const Json* resume = given(payload, "resume");
  if (!resume) return std::nullopt;
  const Json* id = resume->find("subscriptionId");
  if (!id || !id->is_string()) throw Error(ErrorCode::invalid_argument, "'resume' must be {subscriptionId, seq}");
  constexpr std::int64_t most = std::int64_t{1} << 53;
  const auto seq = whole_of(*resume, "seq", 0, most);
  if (!seq) throw Error(ErrorCode::invalid_argument, "'resume' must be {subscriptionId, seq}");
  return ResumePlace{id->as_string(), static_cast<std::uint64_t>(*seq)};
}

ObjectId id_from(const Json& payload) {
  want_object(payload, "{id}");
  const Json* id = payload.find("id");
  if (!id) wrong("'id' is missing");
  if (!id->is_string()) wrong("'id' must be a string of 24 hexadecimal digits, not {}", type_name(*id));
  return id_from_text(id->as_string());
}

ObjectId id_from_text(std::string_view text) {
  const auto id = ObjectId::from_hex(text);
  if (!id) wrong("'id' must be 24 hexadecimal digits, not '{}'", text.substr(0, 100));
  return *id;
}

const TaskRecord& task_or_throw(const ObjectId& id, const TaskPtr& task) {
  if (!task) throw Error(ErrorCode::not_found, "there is no task " + id.hex());
  return *task;
}

const TaskRecord& task_or_throw(const AddResult& result) {
  if (result.error) throw Error(*result.error, result.reason);
  if (!result.task) throw Error(ErrorCode::internal, "the store gave no task back");
  return *result.task;
}

TaskPtr task_or_throw(const ObjectId& id, const TransitionResult& result, const Access& access) {
  if (result.status == TransitionStatus::not_found) return task_or_throw(id, TaskPtr()), nullptr;
  if (result.ok()) return result.task;
  const bool may_know_why = access.shows("state") && access.shows("worker") && !result.reason.empty();
  throw Error(ErrorCode::conflict, may_know_why ? result.reason : "the task is in no state for it");
}

AddResult permitted_result(AddResult result, const Access& access) {
  const bool is_foreign = result.duplicate && result.task && !access.permits(*result.task);
  const bool is_conflict = result.error == ErrorCode::conflict && !access.sees_all_rows();
  if (!is_foreign && !is_conflict) return result;
  return {nullptr, false, ErrorCode::conflict, "another task has this id or unique key already"};
}

Json permitted_topics(const std::vector<std::string>& topics, const Access& access) {
  JsonArray names;
  for (const std::string& topic : topics)
    if (access.permits_topic(topic)) names.emplace_back(topic);
  return Json(std::move(names));
}

std::string wire_list(const std::vector<TaskPtr>& tasks, const Access& access) {
  std::string text = "[";
  for (const TaskPtr& task : tasks) {
    if (text.size() > 1) text += ',';
    text += access.wire_json(*task);
  }
  text += ']';
  return text;
}

}  // namespace taskrunner::api
