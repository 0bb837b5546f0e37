#pragma once

#include <taskrunner/json.hpp>
#include <taskrunner/object_id.hpp>
#include <taskrunner/query.hpp>
#include <taskrunner/store.hpp>
#include <taskrunner/task_record.hpp>
#include <taskrunner/transition.hpp>

#include "api/access.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::api {

// What clients send, as values of ours. Each throws Error{invalid_argument} that names the field, or
// Error{not_supported} for what is known by name and not there yet.

/// `{versionedTopic, data, priority, waitUntil, uniqueKey, maxAttempts}`; other fields are ignored.
/// `now_ms` is what a `+10s` counts from.
NewTask new_task_from(const Json& payload, std::int64_t now_ms);

/// `{queryObj, sort, skip, limit}`, all optional.
Query query_from(const Json& payload);

/// Where a client wants to go on.
struct ResumePlace {
  std::string subscription_id;
  std::uint64_t seq = 0;
};
/// The `resume: {subscriptionId, seq}` of a subscription; nothing where there is none.
std::optional<ResumePlace> resume_from(const Json& payload);

/// The `id` of `{id}`.
ObjectId id_from(const Json& payload);
/// 24 hexadecimal digits.
ObjectId id_from_text(std::string_view text);

// What our verbs answered, as what clients are told.

/// The task, or the error that says why not.
const TaskRecord& task_or_throw(const ObjectId& id, const TaskPtr& task);
const TaskRecord& task_or_throw(const AddResult& result);
/// The transition's task (absent of a removed one); throws where it was refused, with a reason that tells of no field
/// which is hidden.
TaskPtr task_or_throw(const ObjectId& id, const TransitionResult& result, const Access& access);

/// What of an answer an identity may be told: a task that stood there and that it may not see has, like any conflict,
/// neither id nor content.
AddResult permitted_result(AddResult result, const Access& access);

/// Those that the identity may see, as a list.
Json permitted_topics(const std::vector<std::string>& topics, const Access& access);

/// The array of them, as JSON text.
std::string wire_list(const std::vector<TaskPtr>& tasks, const Access& access);

}  // namespace taskrunner::api
