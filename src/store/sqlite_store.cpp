#include "store/sqlite_store.hpp"

#include "store/same_request.hpp"

#include <algorithm>
#include <utility>

namespace taskrunner::store {
namespace {

constexpr std::int64_t lost_sessions_kept_ms = 24 * 3'600'000LL;

StoreOptions with_random(StoreOptions options) {
  if (!options.random) options.random = std::make_shared<Random>(Random::system_seed());
  return options;
}

/// An operator is shown the task; its owner knows it.
bool gives_document(const Transition& transition) {
  return std::holds_alternative<SignalTask>(transition) || std::holds_alternative<RetryTask>(transition) ||
         std::holds_alternative<RemoveTask>(transition);
}

TransitionResult not_done(TransitionStatus status, std::string reason, const StoredTask& task) {
  return {status, std::move(reason), task.is_slim ? nullptr : std::make_shared<const TaskRecord>(task.record)};
}

}  // namespace

SqliteStore::Writer::Writer(Database& database, const std::string& collection)
    : tasks(database, tasks_table(collection)),
      sessions(database, collection),
      over(database, select_slim(tasks_table(collection)) + " INDEXED BY \"" + collection +
                         ".by_end\" WHERE delete_at <= ?1 AND state = ?2 ORDER BY delete_at LIMIT ?3") {}

SqliteStore::SqliteStore(std::shared_ptr<SqliteFile> file, std::string collection, StoreOptions options)
    : file_(std::move(file)),
      collection_(std::move(collection)),
      options_(with_random(std::move(options))),
      ring_(options_.random->next()) {
  file_->write({[this] {
                  create_collection(file_->writer(), collection_);
                  writer_ = std::make_unique<Writer>(file_->writer(), collection_);
                  writer_->sessions.end_all();
                },
                [] {}, [this] { writer_.reset(); }});
}

SqliteStore::~SqliteStore() {
  // The statements are of the writer's connection, which other collections may be using.
  try {
    file_->write({[this] { writer_.reset(); }, [] {}, [] {}});
  } catch (const Error&) {
    writer_.reset();
  }
}

std::string SqliteStore::describe() const {
  return "sqlite:" + file_->path() + (collection_ == "tasks" ? "" : "?collection=" + collection_);
}

void SqliteStore::note(FeedEvent::Kind kind, const TaskRecord& task, TaskPtr whole) {
  FeedEvent event = core::feed_event(kind, task);
  if (kind != FeedEvent::Kind::remove) event.task = std::move(whole);
  writer_->events.push_back(std::move(event));
}

void SqliteStore::note_session_end(const ObjectId& session) {
  FeedEvent event;
  event.kind = FeedEvent::Kind::session_ended;
  event.id = session;
  writer_->events.push_back(std::move(event));
}

// Adds.

AddResult SqliteStore::add_one(const TaskPtr& record, const EncodedValues& values, const NewTask& asked) {
  if (writer_->tasks.insert(*record, values)) {
    note(FeedEvent::Kind::insert, *record, ring_.documents_wanted() ? record : nullptr);
    return {record, false, {}, {}};
  }
  auto known = writer_->tasks.find_full(record->id);
  if (!known && record->unique_key) known = writer_->tasks.find_by_key(*record->unique_key);
  if (known && same_request(known->record, asked))
    return {std::make_shared<const TaskRecord>(std::move(known->record)), true, {}, {}};
  return {nullptr, false, ErrorCode::conflict, conflict_reason(known ? known->record.id : record->id)};
}

std::vector<AddResult> SqliteStore::add(std::span<const NewTask> tasks) {
  struct Prepared {
    TaskPtr record;
    EncodedValues values;
    AddResult refused;
  };
  std::vector<Prepared> prepared;
  prepared.reserve(tasks.size());
  const std::int64_t now_ms = options_.clock->wall_ms();
  for (const NewTask& task : tasks) {
    Prepared& one = prepared.emplace_back();
    try {
      if (task.id.is_zero()) throw Error(ErrorCode::invalid_argument, zero_id_reason);
      one.record = std::make_shared<const TaskRecord>(core::new_record(task, now_ms));
      one.values = encode_values(*one.record, all_columns());
    } catch (const Error& error) {
      one.record = nullptr;
      one.refused = {nullptr, false, error.code(), error.what()};
    }
  }
  return write<std::vector<AddResult>>([&] {
    std::vector<AddResult> results;
    results.reserve(tasks.size());
    writer_->events.reserve(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i)
      results.push_back(prepared[i].record ? add_one(prepared[i].record, prepared[i].values, tasks[i])
                                           : prepared[i].refused);
    return results;
  });
}

// Transitions.

/// `before` is gone with it.
TransitionResult SqliteStore::remove(const StoredTask& before) {
  note(FeedEvent::Kind::remove, before.record);
  TransitionResult result = not_done(TransitionStatus::applied, {}, before);
  writer_->tasks.erase(before);
  return result;
}

/// `before` may be gone afterwards.
TransitionResult SqliteStore::carry_out(const Transition& transition, const StoredTask& before) {
  const bool is_slim = before.is_slim;
  TaskRecord after = before.record;
  core::Decision decision = core::decide(after, transition, context());
  switch (decision.effect) {
    case core::Effect::refused: return not_done(TransitionStatus::refused, std::move(decision.reason), before);
    case core::Effect::lost: return not_done(TransitionStatus::lost, std::move(decision.reason), before);
    case core::Effect::unchanged: return not_done(TransitionStatus::unchanged, {}, before);
    case core::Effect::removed:
      return remove(before);
    case core::Effect::changed: break;
  }
  try {
    writer_->tasks.update(before, after);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_argument) throw;
    return not_done(TransitionStatus::refused, error.what(), before);
  }
  TransitionResult result;
  if (!is_slim) result.task = std::make_shared<const TaskRecord>(std::move(after));
  note(FeedEvent::Kind::update, result.task ? *result.task : after, ring_.documents_wanted() ? result.task : nullptr);
  return result;
}

TransitionResult SqliteStore::apply_one(const Transition& transition) {
  const ObjectId id = task_id_of(transition);
  const bool whole = gives_document(transition) || ring_.documents_wanted();
  const std::optional<StoredTask> full = whole ? writer_->tasks.find_full(id) : std::nullopt;
  const StoredTask* before = full ? &*full : whole ? nullptr : writer_->tasks.find_slim(id);
  if (!before) return {TransitionStatus::not_found, "there is no such task", nullptr};
  return carry_out(transition, *before);
}

std::vector<TransitionResult> SqliteStore::apply(std::span<const Transition> transitions) {
  return write<std::vector<TransitionResult>>([&] {
    std::vector<TransitionResult> results;
    results.reserve(transitions.size());
    writer_->events.reserve(transitions.size());
    for (const Transition& transition : transitions) results.push_back(apply_one(transition));
    return results;
  });
}

std::size_t SqliteStore::purge_now(std::size_t limit) {
  std::vector<StoredTask> over;
  {
    StatementRun run(writer_->over);
    writer_->over.bind(1, options_.clock->wall_ms());
    writer_->over.bind(2, static_cast<std::int64_t>(TaskState::completed));
    writer_->over.bind(3, static_cast<std::int64_t>(limit));
    while (writer_->over.step()) over.push_back({writer_->over.integer(0), read_slim(writer_->over), true});
  }
  for (const StoredTask& task : over) {
    writer_->tasks.erase(task);
    note(FeedEvent::Kind::remove, task.record);
  }
  return over.size();
}

std::size_t SqliteStore::purge(std::size_t limit) {
  return write<std::size_t>([&] { return purge_now(limit); });
}

// Sessions and schedules.

void SqliteStore::open_session(const SessionInfo& session, std::int64_t length_ms) {
  write<bool>([&] {
    writer_->sessions.open(session, options_.clock->wall_ms() + length_ms);
    return true;
  });
}

bool SqliteStore::renew_session(const ObjectId& session, std::int64_t length_ms) {
  return write<bool>([&] { return writer_->sessions.renew(session, options_.clock->wall_ms() + length_ms); });
}

void SqliteStore::close_session(const ObjectId& session) {
  write<bool>([&] {
    const bool was_there = writer_->sessions.close(session);
    if (was_there) note_session_end(session);
    return was_there;
  });
}

std::vector<ObjectId> SqliteStore::expire_sessions(std::int64_t grace_ms) {
  return write<std::vector<ObjectId>>([&] {
    const std::int64_t now_ms = options_.clock->wall_ms();
    auto expired = writer_->sessions.expire(now_ms - grace_ms, now_ms - lost_sessions_kept_ms);
    for (const ObjectId& session : expired) note_session_end(session);
    return expired;
  });
}

bool SqliteStore::lose_session(const ObjectId& session) {
  return write<bool>([&] {
    const bool was_open = writer_->sessions.lose(session);
    if (was_open) note_session_end(session);
    return was_open;
  });
}

SweepResult SqliteStore::sweep_now(std::size_t limit) {
  SweepResult result;
  std::vector<ReapTask> orphans = writer_->sessions.orphans(limit + 1);
  result.more = orphans.size() > limit;
  if (result.more) orphans.resize(limit);
  for (const ReapTask& reap : orphans) {
    if (!apply_one(reap).ok()) continue;
    ++result.reaped;
    if (const StoredTask* now = writer_->tasks.find_slim(reap.id); now && now->record.outcome == TaskOutcome::dead) ++result.dead;
  }
  return result;
}

SweepResult SqliteStore::sweep(std::size_t limit) {
  return write<SweepResult>([&] { return sweep_now(limit); });
}

void SqliteStore::advance_tick(const std::string& schedule, std::int64_t tick_ms) {
  write<bool>([&] {
    writer_->sessions.advance_tick(schedule, tick_ms);
    return true;
  });
}

}  // namespace taskrunner::store
