#include "store/mongo_update.hpp"

#include <taskrunner/task_record.hpp>

#include "store/mongo_complete.hpp"
#include "store/mongo_expression.hpp"
#include "store/mongo_leave.hpp"

#include <algorithm>

namespace taskrunner::store {
namespace {

using namespace expression;

/// Farther ahead a date cannot be written as text.
constexpr std::int64_t longest_ms = 1'000LL * 365 * 24 * 3'600'000;

Json bounded_ms(std::int64_t ms) { return Json::int64(std::clamp<std::int64_t>(ms, 0, longest_ms)); }

Json json_of(const AvailableActions& actions) {
  return Json{{"stop", actions.stop}, {"pause", actions.pause}, {"resume", actions.resume}};
}

template <typename T>
void put(JsonObject& out, const char* name, const std::optional<T>& value) {
  if (value) out.append(name, Json(*value));
}

/// What differs from task to task within a statement, where it is more than a response.
struct Arguments {
  double jitter;

  JsonObject operator()(const UpdateTask& update) const {
    JsonObject out;
    put(out, "data", update.data);
    put(out, "progress", update.progress);
    put(out, "checkpoint", update.checkpoint);
    put(out, "response", update.response);
    if (update.available_actions) out.append("availableActions", json_of(*update.available_actions));
    return out;
  }
  JsonObject operator()(const RunAgain& again) const { return Json{{"waitMs", bounded_ms(again.wait_ms)}}.as_object(); }
  JsonObject operator()(const FailTask& fail) const {
    JsonObject out = Json{{"error", fail.error}, {"permanent", fail.permanent}, {"jitter", jitter}}.as_object();
    if (fail.keep_ms) out.append("keepMs", bounded_ms(*fail.keep_ms));
    return out;
  }
  JsonObject operator()(const TakePause&) const { return {}; }
  JsonObject operator()(const TakeResume& take) const {
    return Json{{"availableActions", json_of(take.available_actions)}}.as_object();
  }
  JsonObject operator()(const ReleaseTask& release) const {
    return Json{{"waitMs", bounded_ms(release.wait_ms)}}.as_object();
  }
  JsonObject operator()(const ReapTask&) const { return Json{{"jitter", jitter}}.as_object(); }
  template <typename Other>
  JsonObject operator()(const Other&) const {
    return {};
  }
};

/// Which members an update sets, as letters.
std::string members_of(const UpdateTask& update) {
  std::string letters;
  if (update.data) letters += 'd';
  if (update.progress) letters += 'p';
  if (update.checkpoint) letters += 'c';
  if (update.response) letters += 'r';
  if (update.available_actions) letters += 'a';
  return letters;
}

JsonObject fence_filter(const Fence& fence) {
  JsonObject filter;
  filter.append("lease.token", fence.token);
  filter.append("lease.session", fence.session);
  filter.append("state", Json{{"$in", Json::array({"running", "paused"})}});
  return filter;
}

/// The guard beside the ids.
struct Guard {
  JsonObject operator()(const TakePause& take) const { return signalled(take.fence, "running", "pause"); }
  JsonObject operator()(const TakeResume& take) const { return signalled(take.fence, "paused", "resume"); }
  JsonObject operator()(const TakeStop& take) const {
    JsonObject filter = fence_filter(take.fence);
    filter.append("signal.op", "stop");
    return filter;
  }
  JsonObject operator()(const ReapTask& reap) const {
    JsonObject filter;
    filter.append("lease.token", reap.token);
    filter.append("lease.session", Json{{"$exists", true}});
    filter.append("state", Json{{"$ne", "completed"}});
    return filter;
  }
  template <typename Other>
  JsonObject operator()(const Other& other) const {
    if constexpr (requires { other.fence; })
      return fence_filter(other.fence);
    else
      return {};
  }

 private:
  static JsonObject signalled(const Fence& fence, const char* state, const char* op) {
    JsonObject filter = fence_filter(fence);
    filter.set("state", state);
    filter.append("signal.op", op);
    return filter;
  }
};

JsonObject touched() {
  JsonObject fields;
  fields.append("rev", add(count("rev"), 1));
  fields.append("updatedAt", now_text());
  return fields;
}

/// The stages after the one that puts a task's arguments into `_args`.
struct Stages {
  const MongoUpdateContext& context;

  JsonArray operator()(const UpdateTask& update) const {
    JsonObject fields = touched();
    if (update.data) fields.append("data", "$_args.data");
    if (update.progress) fields.append("progress", "$_args.progress");
    if (update.response) fields.append("response", "$_args.response");
    if (update.available_actions) fields.append("availableActions", "$_args.availableActions");
    if (update.checkpoint) {
      fields.append("checkpoint", "$_args.checkpoint");
      fields.append("losses", removed());
    }
    return {set(std::move(fields))};
  }
  JsonArray operator()(const TakePause&) const {
    return {set(held_as("paused", literal(json_of(AvailableActions{true, false, true}))))};
  }
  JsonArray operator()(const TakeResume&) const { return {set(held_as("running", "$_args.availableActions"))}; }
  template <typename Leaving>
  JsonArray operator()(const Leaving& transition) const {
    return leave_stages(Transition(transition), context);
  }

 private:
  JsonObject held_as(const char* state, Json actions) const {
    JsonObject fields = touched();
    fields.append("state", state);
    fields.append("lease.state", state);
    fields.append("availableActions", std::move(actions));
    fields.append("signal", removed());
    return fields;
  }
};

struct IdAndValue {
  ObjectId id;
  const Json* value;
};

/// A task's own of these, which are in the order of ids. The server goes through an array from its start, for each task:
/// so the ids are halved first until few are left.
Json own_of(std::span<const IdAndValue> sorted) {
  constexpr std::size_t few = 16;
  if (sorted.size() == 1) return literal(*sorted.front().value);
  if (sorted.size() > few) {
    const std::size_t half = sorted.size() / 2;
    Json is_before = call("$lt", "$_id", sorted[half].id);
    return choose(std::move(is_before), own_of(sorted.first(half)), own_of(sorted.subspan(half)));
  }
  JsonArray ids;
  JsonArray values;
  for (const IdAndValue& own : sorted) {
    ids.push_back(own.id);
    values.push_back(*own.value);
  }
  return call("$arrayElemAt", literal(std::move(values)), call("$indexOfArray", literal(std::move(ids)), "$_id"));
}

Json own_of(const JsonArray& ids, const JsonArray& values) {
  std::vector<IdAndValue> sorted;
  for (std::size_t i = 0; i < ids.size(); ++i) sorted.push_back({std::get<ObjectId>(ids[i].value()), &values[i]});
  std::sort(sorted.begin(), sorted.end(), [](const IdAndValue& a, const IdAndValue& b) { return a.id < b.id; });
  return own_of(sorted);
}

/// The same of all that share a statement.
struct Completion {
  const char* outcome;
  bool sets_response;
  std::optional<std::int64_t> keep_ms;
};

std::optional<Completion> completion_of(const Transition& transition) {
  if (const auto* complete = std::get_if<CompleteTask>(&transition))
    return Completion{"success", complete->response.has_value(), complete->keep_ms};
  if (const auto* stop = std::get_if<TakeStop>(&transition))
    return Completion{"cancelled", stop->response.has_value(), std::nullopt};
  return std::nullopt;
}

const Json& response_of(const Transition& transition) {
  const auto* complete = std::get_if<CompleteTask>(&transition);
  return complete ? *complete->response : *std::get<TakeStop>(transition).response;
}

Json completion(const Completion& common, const JsonArray& ids, std::span<const Transition* const> transitions,
                const MongoUpdateContext& context) {
  // A stop that says nothing leaves what the task has said before.
  Json response = std::holds_alternative<TakeStop>(*transitions.front()) ? Json("$response") : removed();
  if (common.sets_response) {
    JsonArray responses;
    for (const Transition* transition : transitions) responses.push_back(response_of(*transition));
    response = own_of(ids, responses);
  }
  const std::int64_t keep_ms = std::clamp<std::int64_t>(common.keep_ms.value_or(context.keep.success_ms), 0, longest_ms);
  return completion_stage({common.outcome, std::move(response), keep_ms}, context);
}

const Fence* fence_of(const Transition& transition) {
  return std::visit(
      [](const auto& change) -> const Fence* {
        if constexpr (requires { change.fence; })
          return &change.fence;
        else
          return nullptr;
      },
      transition);
}

/// Each task's arguments stand in `_args` while its stages are carried out.
JsonArray staged(const JsonArray& ids, std::span<const Transition* const> transitions, std::span<const double> jitters,
                 const MongoUpdateContext& context) {
  JsonArray arguments;
  for (std::size_t i = 0; i < transitions.size(); ++i)
    arguments.push_back(std::visit(Arguments{jitters[i]}, *transitions[i]));
  JsonArray pipeline{set(Json{{"_args", own_of(ids, arguments)}}.as_object())};
  for (Json& stage : std::visit(Stages{context}, *transitions.front())) pipeline.push_back(std::move(stage));
  pipeline.push_back(call("$unset", "_args"));
  return pipeline;
}

}  // namespace

bool is_by_update(const Transition& transition) {
  return fence_of(transition) || std::holds_alternative<ReapTask>(transition);
}

std::string statement_key(const Transition& transition) {
  std::string key(1, static_cast<char>('A' + transition.index()));
  if (const Fence* fence = fence_of(transition)) {
    key += fence->token.view();
    key += fence->session.view();
  } else if (const auto* reap = std::get_if<ReapTask>(&transition)) {
    key += reap->token.view();
  }
  if (const auto* update = std::get_if<UpdateTask>(&transition)) key += members_of(*update);
  if (const auto completion = completion_of(transition)) {
    key += completion->sets_response ? 'r' : '-';
    if (completion->keep_ms) key += std::to_string(*completion->keep_ms);
  }
  return key;
}

Json update_statement(std::span<const Transition* const> transitions, std::span<const double> jitters,
                      const MongoUpdateContext& context) {
  JsonArray ids;
  for (const Transition* transition : transitions) ids.push_back(task_id_of(*transition));
  const Transition& first = *transitions.front();
  JsonObject filter;
  filter.append("_id", ids.size() == 1 ? ids.front() : Json{{"$in", ids}});
  for (auto& [name, condition] : std::visit(Guard{}, first)) filter.append(name, condition);
  const auto common = completion_of(first);
  JsonArray pipeline = common ? JsonArray{completion(*common, ids, transitions, context)}
                              : staged(ids, transitions, jitters, context);
  return Json{{"q", std::move(filter)}, {"u", std::move(pipeline)}, {"multi", ids.size() > 1}, {"hint", Json{{"_id", 1}}}};
}

}  // namespace taskrunner::store
