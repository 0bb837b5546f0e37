// What a store does for topics that it shares with runners of the old kind, again and again.

#include "store/mongo_store.hpp"

#include "base/log.hpp"
#include "base/time_text.hpp"
#include "doc/bson.hpp"
#include "store/mongo_expression.hpp"
#include "store/task_validator.hpp"

#include <utility>

namespace taskrunner::store {
namespace {

using namespace expression;

/// Well within the silence after which the old runners take a task away from its holder.
constexpr std::int64_t touched_each_ms = 10 * 60'000;
constexpr std::size_t most_adopted = 1'000;

Json older_than(std::int64_t now_ms, std::int64_t age_ms) { return Json{{"$lt", iso_time(now_ms - age_ms)}}; }

}  // namespace

void MongoStore::keep_sharing() {
  if (put_validator(commands_)) log_warning("{}: the collection's validator was gone, and is put back", describe());
  touch_long_running();
  if (const std::size_t adopted = adopt())
    log_warning("{}: {} tasks of runners that are dead were adopted", describe(), adopted);
}

void MongoStore::touch_long_running() {
  JsonArray mine;
  {
    std::lock_guard lock(sessions_mutex_);
    for (const auto& [session, until_ms] : open_sessions_) mine.push_back(session);
  }
  if (mine.empty()) return;
  const Json untouched{{"lease.session", Json{{"$in", std::move(mine)}}},
                       {"state", Json{{"$in", Json::array({"running", "paused"})}}},
                       {"updatedAt", older_than(time_.estimate_ms(), touched_each_ms)}};
  JsonObject fields;
  fields.append("updatedAt", iso_text(time_.now()));
  fields.append("rev", expression::add(expression::count("rev"), 1));
  update(tasks(), {Json{{"q", untouched}, {"u", JsonArray{set(std::move(fields))}}, {"multi", true}}}, WriteTries::once);
}

std::size_t MongoStore::adopt() {
  JsonArray topics;
  for (std::string& topic : old_runners_.topics_here()) topics.emplace_back(std::move(topic));
  if (topics.empty()) return 0;
  const Json left{{"worker", Json{{"$exists", true}}},
                  {"lease.session", Json{{"$exists", false}}},
                  {"versionedTopic", Json{{"$in", std::move(topics)}}},
                  {"state", Json{{"$in", Json::array({"to do", "running", "paused"})}}},
                  {"updatedAt", older_than(time_.estimate_ms(), core::silence_of_dead_runner_ms)}};
  std::vector<Transition> adoptions;
  for (const TaskPtr& task : find_tasks(left.as_object(), Json{{"limit", most_adopted}}.as_object(), MongoCommands::Reads::newest))
    adoptions.emplace_back(AdoptTask{task->id});
  std::size_t adopted = 0;
  for (const TransitionResult& result : apply(adoptions))
    if (result.status == TransitionStatus::applied) ++adopted;
  return adopted;
}

}  // namespace taskrunner::store
