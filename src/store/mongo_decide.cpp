// Transitions that are decided here, over the document as it is read, and written where it has not changed since.

#include "store/mongo_store.hpp"

#include "base/time_text.hpp"
#include "core/task_document.hpp"

#include <utility>

namespace taskrunner::store {
namespace {

constexpr int most_tries = 20;

/// Matches while the document stands as it was read: `rev` for what we write, state and holder for runners that write
/// without it.
JsonObject unchanged_since(const TaskRecord& task, const Transition& transition, std::int64_t now_ms) {
  const auto same = [](const auto& value) { return value ? Json(*value) : Json{{"$exists", false}}; };
  JsonObject filter;
  filter.append("_id", task.id);
  filter.append("rev", task.rev == 0 ? Json{{"$in", Json::array({0, nullptr})}} : Json(task.rev));
  filter.append("state", to_text(task.state));
  filter.append("worker", same(task.worker));
  filter.append("lease.token", task.lease ? Json(task.lease->token) : Json{{"$exists", false}});
  // Old runners leave `rev` alone: only by this is it seen that one of them is alive after all.
  if (std::holds_alternative<AdoptTask>(transition))
    filter.append("updatedAt", Json{{"$lt", iso_time(now_ms - core::silence_of_dead_runner_ms)}});
  return filter;
}

/// {$set, $unset} of the members that differ.
Json difference(const TaskRecord& before, const TaskRecord& after) {
  const JsonObject old_members = core::to_document(before);
  JsonObject new_members = core::to_document(after);
  JsonObject removed;
  JsonObject changed;
  for (const auto& [name, value] : old_members)
    if (!new_members.find(name)) removed.append(name, "");
  for (auto& [name, value] : new_members) {
    const Json* old_value = old_members.find(name);
    if (!old_value || *old_value != value) changed.append(name, std::move(value));
  }
  JsonObject update;
  if (!changed.empty()) update.append("$set", std::move(changed));
  if (!removed.empty()) update.append("$unset", std::move(removed));
  return update;
}

TransitionResult answer(TransitionStatus status, std::string reason, const Transition& transition, TaskRecord task) {
  // An operator is shown the task; its owner knows it.
  if (is_by_update(transition)) return {status, std::move(reason), nullptr};
  return {status, std::move(reason), std::make_shared<const TaskRecord>(std::move(task))};
}

}  // namespace

/// Nothing where the document changed in between.
std::optional<TransitionResult> MongoStore::try_deciding(const Transition& transition) {
  const JsonObject by_id = Json{{"_id", task_id_of(transition)}}.as_object();
  const Tasks found = find_tasks(by_id, {}, MongoCommands::Reads::newest);
  if (found.empty()) return TransitionResult{TransitionStatus::not_found, "there is no such task", nullptr};
  const TaskRecord& before = *found.front();
  TaskRecord after = before;
  const std::int64_t now_ms = time_.estimate_ms();
  core::Decision decision = core::decide(after, transition, {now_ms, options_.keep, options_.random->fraction()});
  switch (decision.effect) {
    case core::Effect::refused: return answer(TransitionStatus::refused, std::move(decision.reason), transition, before);
    case core::Effect::lost: return answer(TransitionStatus::lost, std::move(decision.reason), transition, before);
    case core::Effect::unchanged: return answer(TransitionStatus::unchanged, {}, transition, before);
    case core::Effect::changed:
    case core::Effect::removed: break;
  }
  const JsonObject guard = unchanged_since(before, transition, now_ms);
  MongoWritten written;
  if (decision.effect == core::Effect::removed) {
    JsonObject command;
    command.append("delete", tasks());
    command.append("deletes", JsonArray{Json{{"q", guard}, {"limit", 1}}});
    written = commands_.write(command, WriteTries::twice);
  } else {
    written = update(tasks(), {Json{{"q", guard}, {"u", difference(before, after)}}}, WriteTries::twice);
  }
  if (!written.failures.empty())
    return answer(TransitionStatus::refused, written.failures.front().text, transition, before);
  if (written.matched == 0) return std::nullopt;
  return answer(TransitionStatus::applied, {}, transition, std::move(after));
}

TransitionResult MongoStore::apply_decided(const Transition& transition) {
  for (int i = 0; i < most_tries; ++i)
    if (auto result = try_deciding(transition)) return std::move(*result);
  throw Error(ErrorCode::unavailable,
              describe() + ": task " + task_id_of(transition).hex() + " changes faster than it can be read");
}

}  // namespace taskrunner::store
