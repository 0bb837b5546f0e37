#include "store/mongo_complete.hpp"

#include "store/mongo_expression.hpp"

#include <algorithm>
#include <utility>

namespace taskrunner::store {
namespace {

using namespace expression;

Json delete_at(std::int64_t keep_ms, const Json& now) {
  const auto after = [&](std::int64_t ms) { return iso_text(add(now, Json::int64(ms))); };
  const std::int64_t with_key_ms = std::max(keep_ms, unique_key_kept_ms);
  if (with_key_ms == keep_ms) return after(keep_ms);
  Json has_key = call("$ne", call("$type", "$uniqueKey"), "missing");
  return choose(std::move(has_key), after(with_key_ms), after(keep_ms));
}

}  // namespace

Json completion_stage(MongoCompletion completion, const MongoUpdateContext& context) {
  JsonObject fields;
  fields.append("state", "completed");
  fields.append("outcome", completion.outcome);
  fields.append("response", std::move(completion.response));
  fields.append("rev", add(count("rev"), 1));
  fields.append("updatedAt", now_text());
  fields.append("completedAt", now_text());
  fields.append("deleteAt", delete_at(completion.keep_ms, context.now));
  // The token stays, as proof for a repeat.
  fields.append("lease", Json{{"state", "completed"}, {"session", removed()}, {"worker", removed()}});
  for (const char* gone : {"worker", "publicUrl", "signal", "availableActions", "waitUntil"})
    fields.append(gone, removed());
  return set(std::move(fields));
}

}  // namespace taskrunner::store
