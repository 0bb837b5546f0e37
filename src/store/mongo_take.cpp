// The second half of a claim: candidates become the session's.

#include "store/mongo_store.hpp"

#include "base/time_text.hpp"
#include "core/task_document.hpp"
#include "doc/bson.hpp"
#include "store/mongo_expression.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace taskrunner::store {
namespace {

using namespace expression;

Json json_of(const AvailableActions& actions) {
  return Json{{"stop", actions.stop}, {"pause", actions.pause}, {"resume", actions.resume}};
}

/// By the topic, where the topics differ in it.
Json actions_of(const std::vector<TopicDemand>& topics) {
  const AvailableActions& first = topics.front().available_actions;
  const bool all_same = std::all_of(topics.begin(), topics.end(),
                                    [&](const TopicDemand& topic) { return topic.available_actions == first; });
  if (all_same) return literal(json_of(first));
  JsonArray branches;
  for (const TopicDemand& topic : topics)
    branches.push_back(Json{{"case", equal("$versionedTopic", literal(topic.versioned_topic))},
                            {"then", literal(json_of(topic.available_actions))}});
  return call("$switch", Json{{"branches", std::move(branches)}, {"default", literal(json_of(first))}});
}

Json claim_pipeline(const ClaimRequest& request) {
  const Json lease{{"token", request.token}, {"session", request.session}, {"worker", request.worker}, {"state", "running"}};
  JsonObject fields;
  fields.append("state", "running");
  fields.append("worker", literal(request.worker));
  fields.append("lease", literal(lease));
  fields.append("attempts", add(count("attempts"), 1));
  fields.append("epoch", add(count("epoch"), 1));
  fields.append("rev", add(count("rev"), 1));
  fields.append("startedAt", now_text());
  fields.append("updatedAt", now_text());
  fields.append("publicUrl", call("$concat", literal(request.public_url_base), call("$toString", "$_id")));
  fields.append("availableActions", actions_of(request.topics));
  for (const char* gone : {"waitUntil", "outcome", "deleteAt", "completedAt"}) fields.append(gone, removed());
  return JsonArray{set(std::move(fields))};
}

JsonObject guard(const ClaimRequest& request, JsonArray ids, std::int64_t now_ms) {
  JsonArray topics;
  for (const TopicDemand& topic : request.topics) topics.push_back(topic.versioned_topic);
  JsonObject filter;
  filter.append("_id", Json{{"$in", std::move(ids)}});
  filter.append("state", "to do");
  filter.append("versionedTopic", Json{{"$in", std::move(topics)}});
  filter.append("worker", Json{{"$exists", false}});
  filter.append("lease.session", Json{{"$exists", false}});
  filter.append("waitUntil", Json{{"$not", Json{{"$gt", iso_time(now_ms)}}}});
  return filter;
}

Json statement(JsonObject filter, const Json& pipeline) {
  return Json{{"q", std::move(filter)}, {"u", pipeline}, {"multi", true}, {"hint", Json{{"_id", 1}}}};
}

template <typename Records>
JsonArray ids_of(const Records& tasks) {
  JsonArray ids;
  for (const auto& task : tasks) ids.push_back(task->id);
  return ids;
}

/// Ids by the revision at which they were read.
template <typename Records>
std::map<std::int64_t, JsonArray> by_revision(const Records& tasks) {
  std::map<std::int64_t, JsonArray> ids;
  for (const auto& task : tasks) ids[task->rev].push_back(task->id);
  return ids;
}

/// Absent where it is 0.
Json at_revision(std::int64_t rev) { return rev == 0 ? Json{{"$in", Json::array({nullptr, 0})}} : Json::int64(rev); }

/// What the update made of a candidate, without its payload.
struct Taken {
  std::int64_t rev = 0;
  std::int64_t epoch = 0;
  std::int64_t attempts = 0;
  std::int64_t started_at_ms = 0;
};

/// Of a document of which no more than these members was asked for.
std::pair<ObjectId, Taken> taken_of(std::string_view bson) {
  const JsonObject document = decode_bson(bson);
  std::pair<ObjectId, Taken> own;
  for (const auto& [name, value] : document) {
    if (name == "_id") own.first = std::get<ObjectId>(value.value());
    if (name == "rev") own.second.rev = value.as_int64();
    if (name == "epoch") own.second.epoch = value.as_int64();
    if (name == "attempts") own.second.attempts = value.as_int64();
    if (name == "startedAt") own.second.started_at_ms = parse_iso_time(value.as_string()).value_or(0);
  }
  return own;
}

const TopicDemand& demand_for(const ClaimRequest& request, const TaskRecord& task) {
  const auto is_its = [&](const TopicDemand& topic) { return topic.versioned_topic == task.versioned_topic; };
  return *std::find_if(request.topics.begin(), request.topics.end(), is_its);
}

}  // namespace

MongoWritten MongoStore::update_by_clock(JsonArray statements, WriteTries tries) {
  return commands_.update(tasks(), std::move(statements), tries, let_now(time_.now()));
}

/// Mostly every candidate is still as it was read: the guard says so, and what was claimed need not be read again.
MongoStore::Tasks MongoStore::take(const ClaimRequest& request, const Records& candidates, std::int64_t now_ms) {
  constexpr std::size_t most_revisions = 8;
  const Json pipeline = claim_pipeline(request);
  const auto ids_by_revision = by_revision(candidates);
  const bool as_read = ids_by_revision.size() <= most_revisions;
  JsonArray statements;
  if (as_read) {
    for (const auto& [rev, ids] : ids_by_revision) {
      JsonObject filter = guard(request, ids, now_ms);
      filter.append("rev", at_revision(rev));
      statements.push_back(statement(std::move(filter), pipeline));
    }
  } else {
    statements.push_back(statement(guard(request, ids_of(candidates), now_ms), pipeline));
  }
  const MongoWritten written = update_by_clock(std::move(statements), WriteTries::once);
  if (!written.failures.empty()) throw Error(ErrorCode::unavailable, describe() + ": " + written.failures.front().text);
  if (written.matched == 0) return {};
  const bool is_all = written.matched == static_cast<std::int64_t>(candidates.size());
  return as_read && is_all ? as_claimed(request, candidates) : read_back(request, candidates);
}

/// Of candidates that were claimed as they were read. Only their times are not known to the millisecond.
MongoStore::Tasks MongoStore::as_claimed(const ClaimRequest& request, const Records& candidates) {
  const std::int64_t now_ms = time_.estimate_ms();
  for (const std::shared_ptr<TaskRecord>& task : candidates) core::claim(*task, request, demand_for(request, *task), now_ms);
  return {candidates.begin(), candidates.end()};
}

/// The token is of this claim alone: what carries it was claimed by it. A candidate whose `rev` moved between its read
/// and its claim was somebody else's in between, and is read again.
MongoStore::Tasks MongoStore::read_back(const ClaimRequest& request, const Records& candidates) {
  const Json mine{{"_id", Json{{"$in", ids_of(candidates)}}}, {"lease.token", request.token}};
  const Json short_form{{"rev", 1}, {"epoch", 1}, {"attempts", 1}, {"startedAt", 1}};
  std::unordered_map<ObjectId, Taken> taken;
  commands_.find(
      tasks(), mine.as_object(), Json{{"projection", short_form}, {"limit", candidates.size()}}.as_object(),
      [&](std::string_view bson) { taken.insert(taken_of(bson)); }, MongoCommands::Reads::newest);
  Tasks claimed;
  for (const std::shared_ptr<TaskRecord>& candidate : candidates) {
    const auto own = taken.find(candidate->id);
    if (own == taken.end()) continue;
    TaskRecord& task = *candidate;
    core::claim(task, request, demand_for(request, task), own->second.started_at_ms);
    const bool moved = task.rev != own->second.rev || task.epoch != own->second.epoch || task.attempts != own->second.attempts;
    if (!moved) {
      claimed.push_back(candidate);
      continue;
    }
    const JsonObject by_token = Json{{"_id", task.id}, {"lease.token", request.token}}.as_object();
    const Tasks again = find_tasks(by_token, {}, MongoCommands::Reads::newest);
    if (!again.empty()) claimed.push_back(again.front());
  }
  return claimed;
}

std::optional<std::int64_t> MongoStore::next_due_ms(const ClaimRequest& request, std::int64_t now_ms) {
  JsonArray topics;
  for (const TopicDemand& topic : request.topics) topics.push_back(topic.versioned_topic);
  const Json waiting{{"state", "to do"},
                     {"versionedTopic", Json{{"$in", std::move(topics)}}},
                     {"worker", Json{{"$exists", false}}},
                     {"lease.session", Json{{"$exists", false}}},
                     {"waitUntil", Json{{"$gt", iso_time(now_ms)}}}};
  const Json options{{"sort", Json{{"waitUntil", 1}}}, {"limit", 1}, {"projection", Json{{"_id", 0}, {"waitUntil", 1}}}};
  std::optional<std::int64_t> due_ms;
  commands_.find(
      tasks(), waiting.as_object(), options.as_object(),
      [&](std::string_view bson) { due_ms = parse_iso_time(decode_bson(bson).find("waitUntil")->as_string()); },
      MongoCommands::Reads::newest);
  return due_ms;
}

}  // namespace taskrunner::store
