#include "store/mongo_store.hpp"

#include "doc/bson.hpp"
#include "store/mongo_expression.hpp"
#include "store/session_document.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace taskrunner::store {
namespace {

using namespace expression;

constexpr std::int64_t lost_sessions_kept_ms = 24 * 3'600'000LL;

Json after_ms(const Json& now, std::int64_t ms) { return add(now, Json::int64(ms)); }

/// Of time compared with a session's end, by the primary's clock.
Json ended(const char* comparison, const Json& now, std::int64_t ago_ms) {
  return Json{{"$expr", call(comparison, "$until", call("$subtract", now, Json::int64(ago_ms)))}};
}

/// What this host's clock is ahead of the primary's, short of the time that the command is under way.
Json ahead_of_primary(const Clock& clock) { return call("$subtract", literal(Date{clock.wall_ms()}), "$$NOW"); }

Json not_lost() { return Json{{"$ne", true}}; }

}  // namespace

// What this store knows of its own sessions without asking.

void MongoStore::know_session(const ObjectId& session, std::int64_t sent_boot_ms, std::int64_t length_ms) {
  std::lock_guard lock(sessions_mutex_);
  open_sessions_[session] = sent_boot_ms + length_ms;
}

void MongoStore::forget_session(const ObjectId& session) {
  std::lock_guard lock(sessions_mutex_);
  open_sessions_.erase(session);
}

bool MongoStore::is_open(const ObjectId& session) {
  {
    std::lock_guard lock(sessions_mutex_);
    const auto known = open_sessions_.find(session);
    if (known != open_sessions_.end() && options_.clock->boot_ms() < known->second) return true;
  }
  bool open = false;
  commands_.find(
      hosts(), Json{{"_id", session}, {"lost", not_lost()}}.as_object(), Json{{"projection", Json{{"_id", 1}}}}.as_object(),
      [&](std::string_view) { open = true; }, MongoCommands::Reads::newest);
  return open;
}

void MongoStore::open_session(const SessionInfo& session, std::int64_t length_ms) {
  old_runners_.run_here(session.topics);
  const std::int64_t sent_boot_ms = options_.clock->boot_ms();
  JsonObject fields;
  for (auto& [name, value] : session_fields(session)) fields.append(name, literal(value));
  fields.append("until", after_ms(time_.now(), length_ms));
  fields.append("clockAheadMs", ahead_of_primary(*options_.clock));
  Json statement{{"q", Json{{"_id", session.id}}}, {"u", JsonArray{set(std::move(fields))}}, {"upsert", true}};
  const MongoWritten written = update(hosts(), {std::move(statement)}, WriteTries::twice);
  if (!written.failures.empty()) throw Error(ErrorCode::unavailable, describe() + ": " + written.failures.front().text);
  know_session(session.id, sent_boot_ms, length_ms);
}

/// A renewal that gets no answer must leave time for another.
MongoCommands& MongoStore::renewals(std::int64_t length_ms) {
  std::lock_guard lock(sessions_mutex_);
  if (!renewals_) {
    const auto wait_ms = static_cast<std::int32_t>(std::clamp<std::int64_t>(length_ms / 6, 500, 5'000));
    MongoCollections names = commands_.names();
    names.pool = std::make_shared<MongoPool>(names.url, MongoTimeOuts{wait_ms, wait_ms, wait_ms});
    renewals_ = std::make_unique<MongoCommands>(std::move(names));
  }
  return *renewals_;
}

bool MongoStore::renew_session(const ObjectId& session, std::int64_t length_ms) {
  const std::int64_t sent_boot_ms = options_.clock->boot_ms();
  JsonObject fields;
  fields.append("until", after_ms(time_.now(), length_ms));
  fields.append("clockAheadMs", ahead_of_primary(*options_.clock));
  Json statement{{"q", Json{{"_id", session}, {"lost", not_lost()}}}, {"u", JsonArray{set(std::move(fields))}}};
  const MongoWritten written = renewals(length_ms).update(hosts(), {std::move(statement)}, WriteTries::once);
  const bool is_renewed = written.matched == 1;
  if (is_renewed)
    know_session(session, sent_boot_ms, length_ms);
  else
    forget_session(session);
  return is_renewed;
}

void MongoStore::close_session(const ObjectId& session) {
  forget_session(session);
  JsonObject command;
  command.append("delete", hosts());
  command.append("deletes", JsonArray{Json{{"q", Json{{"_id", session}}}, {"limit", 1}}});
  commands_.write(command, WriteTries::twice);
}

/// False where it does not match (any more).
bool MongoStore::mark_lost(const ObjectId& session, JsonObject filter) {
  filter.append("_id", session);
  JsonObject fields;
  fields.append("lost", true);
  fields.append("lostAt", time_.now());
  Json statement{{"q", std::move(filter)}, {"u", JsonArray{set(std::move(fields))}}};
  const bool is_marked = update(hosts(), {std::move(statement)}, WriteTries::once).matched == 1;
  if (is_marked) forget_session(session);
  return is_marked;
}

bool MongoStore::lose_session(const ObjectId& session) {
  return mark_lost(session, Json{{"lost", not_lost()}}.as_object());
}

std::vector<ObjectId> MongoStore::expire_sessions(std::int64_t grace_ms) {
  const Json now = time_.now();
  JsonObject lapsed = ended("$lte", now, grace_ms).as_object();
  lapsed.append("lost", not_lost());
  JsonObject old = ended("$lt", now, lost_sessions_kept_ms).as_object();
  old.append("lost", true);
  std::vector<ObjectId> candidates;
  bool some_are_old = false;
  commands_.find(
      hosts(), Json{{"$or", JsonArray{lapsed, old}}}.as_object(), Json{{"sort", Json{{"_id", 1}}}}.as_object(),
      [&](std::string_view bson) {
        const SessionInfo session = session_of(decode_bson(bson));
        if (session.lost)
          some_are_old = true;
        else
          candidates.push_back(session.id);
      },
      MongoCommands::Reads::newest);
  std::erase_if(candidates, [&](const ObjectId& session) { return !mark_lost(session, lapsed); });
  if (!some_are_old) return candidates;
  JsonObject command;
  command.append("delete", hosts());
  command.append("deletes", JsonArray{Json{{"q", std::move(old)}, {"limit", 0}}});
  commands_.write(command, WriteTries::once);
  return candidates;
}

std::vector<SessionInfo> MongoStore::sessions() {
  std::vector<SessionInfo> all;
  commands_.find(hosts(), {}, Json{{"sort", Json{{"_id", 1}}}}.as_object(),
                 [&](std::string_view bson) { all.push_back(session_of(decode_bson(bson))); });
  return all;
}

std::vector<HeldTask> MongoStore::held_by(const ObjectId& session) {
  const Json mine{{"lease.session", session}, {"state", Json{{"$in", Json::array({"running", "paused"})}}}};
  const Json options{{"projection", Json{{"lease", 1}, {"signal", 1}, {"state", 1}, {"rev", 1}}}, {"sort", Json{{"_id", 1}}}};
  std::vector<HeldTask> held;
  // The newest: a claim whose answer did not come may not be the majority's yet.
  for (const TaskPtr& task : find_tasks(mine.as_object(), options.as_object(), MongoCommands::Reads::newest)) {
    HeldTask& one = held.emplace_back(HeldTask{task->id, task->lease->token, {}, task->state, task->rev});
    if (task->signal) one.signal = task->signal->op;
  }
  return held;
}

/// Tasks whose session is lost or not there. The sessions are read after what the tasks say: one that was opened in
/// between has no task among these.
std::vector<ReapTask> MongoStore::orphans(std::size_t limit) {
  JsonObject command;
  command.append("distinct", tasks());
  command.append("key", "lease.session");
  // A lower bound, and not $exists: with it the index gives each session by one key, however many tasks it has.
  command.append("query", Json{{"lease.session", Json{{"$gte", ObjectId()}}}});
  const JsonObject answer = commands_.read(std::move(command), MongoCommands::Reads::newest);
  JsonArray named = answer.find("values")->as_array();
  if (named.empty()) return {};
  std::set<ObjectId> open;
  commands_.find(
      hosts(), Json{{"_id", Json{{"$in", named}}}, {"lost", not_lost()}}.as_object(),
      Json{{"projection", Json{{"_id", 1}}}}.as_object(),
      [&](std::string_view bson) { open.insert(id_of(decode_bson(bson))); }, MongoCommands::Reads::newest);
  std::erase_if(named, [&](const Json& session) {
    const ObjectId* id = std::get_if<ObjectId>(&session.value());
    return !id || open.contains(*id);
  });
  if (named.empty()) return {};
  std::vector<ReapTask> found;
  const Json orphaned{{"lease.session", Json{{"$in", std::move(named)}}}};
  const Json options{{"projection", Json{{"lease", 1}}}, {"limit", limit}};
  for (const TaskPtr& task : find_tasks(orphaned.as_object(), options.as_object(), MongoCommands::Reads::newest))
    found.push_back({task->id, task->lease->token});
  return found;
}

SweepResult MongoStore::sweep(std::size_t limit) {
  SweepResult result;
  std::vector<ReapTask> found = orphans(limit + 1);
  result.more = found.size() > limit;
  if (result.more) found.resize(limit);
  if (found.empty()) return result;
  const std::vector<Transition> reaps(found.begin(), found.end());
  const std::vector<TransitionResult> results = apply(reaps);
  JsonArray reaped;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (results[i].ok()) reaped.push_back(found[i].id);
  result.reaped = reaped.size();
  result.dead = count_dead(std::move(reaped));
  return result;
}

std::size_t MongoStore::count_dead(JsonArray ids) {
  std::size_t dead = 0;
  commands_.find(
      tasks(), Json{{"_id", Json{{"$in", std::move(ids)}}}, {"outcome", "dead"}}.as_object(),
      Json{{"projection", Json{{"_id", 1}}}}.as_object(), [&](std::string_view) { ++dead; }, MongoCommands::Reads::newest);
  return dead;
}

// Schedules.

std::optional<std::int64_t> MongoStore::last_tick(const std::string& schedule) {
  std::optional<std::int64_t> tick_ms;
  commands_.find(commands_.names().schedules, Json{{"_id", schedule}}.as_object(), {},
                 [&](std::string_view bson) { tick_ms = date_of(decode_bson(bson), "lastTick"); });
  return tick_ms;
}

void MongoStore::advance_tick(const std::string& schedule, std::int64_t tick_ms) {
  const Json forward{{"$max", Json{{"lastTick", Date{tick_ms}}}}};
  const Json statement{{"q", Json{{"_id", schedule}}}, {"u", forward}, {"upsert", true}};
  MongoWritten written = update(commands_.names().schedules, {statement}, WriteTries::twice);
  // Another host made the document at the same moment: now it can be updated.
  if (!written.failures.empty()) written = update(commands_.names().schedules, {statement}, WriteTries::twice);
  if (!written.failures.empty()) throw Error(ErrorCode::unavailable, describe() + ": " + written.failures.front().text);
}

}  // namespace taskrunner::store
