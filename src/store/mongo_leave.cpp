// The part of core/state_machine.cpp in which a task leaves its host, said in MongoDB's aggregation language, so that
// the server can carry it out in one update. tests/conformance holds both against each other, row by row.

#include "store/mongo_leave.hpp"

#include <taskrunner/task_record.hpp>

#include "store/mongo_expression.hpp"

namespace taskrunner::store {
namespace {

using namespace expression;

constexpr int errors_kept = 10;

/// Where a task goes, and what that depends on.
struct Leaving {
  Json to;                ///< one of the words of `state`
  Json outcome;           ///< where it is `completed`
  Json wait_ms = 0;       ///< else
  JsonObject own_fields;  ///< what the transition changes beside
};

Json asked(const char* op) { return equal("$signal.op", op); }

Json pause_in_force() {
  return either(asked("pause"), both(equal("$state", "paused"), call("$ne", "$signal.op", "resume")));
}

Json handed_back() { return choose(pause_in_force(), "paused", "to do"); }

Json given_back_attempts() { return absent_where_0(call("$subtract", count("attempts"), 1)); }

/// core/backoff.hpp
Json backoff_ms(Json failures) {
  Json doublings = call("$min", 20, call("$max", 0, call("$subtract", std::move(failures), 1)));
  Json bound = call("$min", 300'000, call("$multiply", 1'000, call("$pow", 2, std::move(doublings))));
  return call("$toLong", call("$trunc", call("$multiply", "$_args.jitter", std::move(bound))));
}

Leaving leaving(const RunAgain&) {
  Leaving leave{choose(asked("stop"), "completed", handed_back()), "cancelled", "$_args.waitMs", {}};
  leave.own_fields.append("attempts", removed());
  return leave;
}

Leaving leaving(const ReleaseTask&) {
  Leaving leave{choose(asked("stop"), "completed", handed_back()), "cancelled", "$_args.waitMs", {}};
  leave.own_fields.append("attempts", given_back_attempts());
  return leave;
}

Leaving leaving(const FailTask&) {
  Json no_attempts_left = call("$gte", count("attempts"), or_else("$maxAttempts", default_max_attempts));
  Json ends = call("$or", JsonArray{asked("stop"), "$_args.permanent", std::move(no_attempts_left)});
  Leaving leave{choose(std::move(ends), "completed", handed_back()), choose(asked("stop"), "cancelled", "failed"),
                backoff_ms(count("attempts")), {}};
  Json error{{"at", now_text()}, {"attempt", count("attempts")}, {"error", "$_args.error"}};
  Json errors = call("$concatArrays", or_else("$errors", JsonArray()), JsonArray{std::move(error)});
  leave.own_fields.append("errors", call("$slice", std::move(errors), -errors_kept));
  // Under $cond, as an object by itself would be merged into the one that stands there.
  leave.own_fields.append("response", choose(true, Json{{"state", "error"}, {"error", "$_args.error"}}, removed()));
  return leave;
}

Leaving leaving(const ReapTask&) {
  Json losses = add(count("losses"), 1);
  Json ends = either(asked("stop"), call("$gte", losses, max_losses));
  // The first loss is run again at once.
  Json wait_ms = choose(call("$gt", losses, 1), backoff_ms(count("losses")), 0);
  Leaving leave{choose(std::move(ends), "completed", handed_back()), choose(asked("stop"), "cancelled", "dead"),
                std::move(wait_ms), {}};
  leave.own_fields.append("attempts", given_back_attempts());
  leave.own_fields.append("losses", std::move(losses));
  return leave;
}

template <typename Other>
Leaving leaving(const Other&) {
  return {};
}

Json keep_ms(const KeepPolicy& keep) {
  Json is_bad = call("$in", "$_outcome", Json::array({"failed", "dead"}));
  Json by_policy = choose(std::move(is_bad), Json::int64(keep.failed_ms), Json::int64(keep.success_ms));
  Json wanted = or_else("$_args.keepMs", std::move(by_policy));
  Json has_key = call("$ne", call("$type", "$uniqueKey"), "missing");
  return choose(std::move(has_key), call("$max", wanted, Json::int64(unique_key_kept_ms)), wanted);
}

/// Everything is looked at as it stands before the update; so what several fields hang on is worked out first.
Json first_stage(const Leaving& leave) {
  JsonObject fields;
  fields.append("_to", leave.to);
  fields.append("_outcome", leave.outcome);
  return set(std::move(fields));
}

Json second_stage(Leaving leave, const MongoUpdateContext& context) {
  const auto where_completed = [](Json value, Json otherwise) {
    return choose(equal("$_to", "completed"), std::move(value), std::move(otherwise));
  };
  JsonObject fields = std::move(leave.own_fields);
  fields.append("state", "$_to");
  fields.append("rev", add(count("rev"), 1));
  fields.append("updatedAt", now_text());
  for (const char* gone : {"worker", "publicUrl", "signal"}) fields.append(gone, removed());
  Json proof{{"token", "$lease.token"}, {"state", "completed"}};
  fields.append("lease", choose(equal("$_to", "completed"), std::move(proof), removed()));
  fields.append("outcome", where_completed("$_outcome", "$outcome"));
  fields.append("completedAt", where_completed(now_text(), "$completedAt"));
  fields.append("deleteAt", where_completed(iso_text(add(context.now, keep_ms(context.keep))), "$deleteAt"));
  fields.append("startedAt", where_completed("$startedAt", removed()));
  Json parked = choose(equal("$_to", "paused"), literal(Json{{"stop", true}, {"pause", false}, {"resume", true}}), removed());
  fields.append("availableActions", where_completed(removed(), std::move(parked)));
  Json due = choose(call("$gt", leave.wait_ms, 0), iso_text(add(context.now, leave.wait_ms)), removed());
  fields.append("waitUntil", where_completed(removed(), std::move(due)));
  return set(std::move(fields));
}

}  // namespace

JsonArray leave_stages(const Transition& transition, const MongoUpdateContext& context) {
  Leaving leave = std::visit([](const auto& change) { return leaving(change); }, transition);
  Json first = first_stage(leave);
  Json second = second_stage(std::move(leave), context);
  return {std::move(first), std::move(second), call("$unset", Json::array({"_to", "_outcome"}))};
}

}  // namespace taskrunner::store
