#include "store/memory_store.hpp"

#include "core/task_document.hpp"
#include "query/compiled_query.hpp"
#include "core/import_record.hpp"
#include "store/same_request.hpp"

#include <algorithm>
#include <limits>

namespace taskrunner::store {
namespace {

const ObjectId last_id{{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};
constexpr std::int64_t due_at_once_ms = std::numeric_limits<std::int64_t>::min();

}  // namespace

/// The events of one verb, published when the mutex is still held, so that the feed has the order of the commits.
class MemoryStore::Changes {
 public:
  explicit Changes(FeedRing& ring) : ring_(ring) {}
  ~Changes() { ring_.publish(std::move(events_)); }
  void note(FeedEvent::Kind kind, const TaskPtr& task) {
    FeedEvent event = core::feed_event(kind, *task);
    if (kind != FeedEvent::Kind::remove && ring_.documents_wanted()) event.task = task;
    events_.push_back(std::move(event));
  }
  void note_session_end(const ObjectId& session) {
    FeedEvent event;
    event.kind = FeedEvent::Kind::session_ended;
    event.id = session;
    events_.push_back(std::move(event));
  }

 private:
  FeedRing& ring_;
  std::vector<FeedEvent> events_;
};

MemoryStore::MemoryStore(const Clock& clock, std::shared_ptr<Random> random, KeepPolicy keep)
    : clock_(clock), random_(std::move(random)), keep_(keep), ring_(random_->next()) {}

MemoryStore::ClaimKey MemoryStore::key_of(const TaskRecord& task) {
  constexpr double lowest = -std::numeric_limits<double>::infinity();
  return {-task.priority.value_or(lowest), task.wait_until_ms.value_or(due_at_once_ms), task.id};
}

void MemoryStore::index(const TaskRecord& task) {
  if (core::is_unheld_to_do(task)) {
    claimable_[task.versioned_topic].insert(key_of(task));
    if (task.wait_until_ms) due_[task.versioned_topic].emplace(*task.wait_until_ms, task.id);
  }
  if (task.state == TaskState::completed && task.delete_at_ms) over_.emplace(*task.delete_at_ms, task.id);
  if (task.lease && task.lease->session) held_[task.id] = *task.lease->session;
}

void MemoryStore::unindex(const TaskRecord& task) {
  if (core::is_unheld_to_do(task)) {
    claimable_[task.versioned_topic].erase(key_of(task));
    if (task.wait_until_ms) due_[task.versioned_topic].erase({*task.wait_until_ms, task.id});
  }
  if (task.delete_at_ms) over_.erase({*task.delete_at_ms, task.id});
  held_.erase(task.id);
}

void MemoryStore::replace(const TaskPtr& before, TaskPtr after, Changes& changes) {
  unindex(*before);
  index(*after);
  changes.note(FeedEvent::Kind::update, after);
  tasks_[after->id] = std::move(after);
}

void MemoryStore::erase(const TaskPtr& task, Changes& changes) {
  unindex(*task);
  if (task->unique_key) unique_keys_.erase(*task->unique_key);
  changes.note(FeedEvent::Kind::remove, task);
  tasks_.erase(task->id);
}

TaskPtr MemoryStore::find_known(const ObjectId& id, const std::optional<std::string>& unique_key) const {
  if (const auto found = tasks_.find(id); found != tasks_.end()) return found->second;
  if (!unique_key) return nullptr;
  const auto found = unique_keys_.find(*unique_key);
  return found == unique_keys_.end() ? nullptr : tasks_.at(found->second);
}

void MemoryStore::put_new(const TaskPtr& record, Changes& changes) {
  tasks_[record->id] = record;
  if (record->unique_key) unique_keys_[*record->unique_key] = record->id;
  index(*record);
  changes.note(FeedEvent::Kind::insert, record);
}

AddResult MemoryStore::add_one(const NewTask& task, Changes& changes) {
  if (task.id.is_zero()) return {nullptr, false, ErrorCode::invalid_argument, zero_id_reason};
  if (const TaskPtr known = find_known(task.id, task.unique_key)) {
    if (same_request(*known, task)) return {known, true, {}, {}};
    return {nullptr, false, ErrorCode::conflict, conflict_reason(known->id)};
  }
  const auto record = std::make_shared<const TaskRecord>(core::new_record(task, clock_.wall_ms()));
  put_new(record, changes);
  return {record, false, {}, {}};
}

AddResult MemoryStore::import_one(const TaskRecord& task, Changes& changes) {
  const auto record = std::make_shared<const TaskRecord>(core::as_imported(task));
  if (const TaskPtr known = find_known(record->id, record->unique_key)) return import_beside(*known, *record);
  put_new(record, changes);
  return {record, false, {}, {}};
}

std::vector<AddResult> MemoryStore::import_records(std::span<const TaskRecord> tasks) {
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  std::vector<AddResult> results;
  for (const TaskRecord& task : tasks) results.push_back(import_one(task, changes));
  return results;
}

std::vector<AddResult> MemoryStore::add(std::span<const NewTask> tasks) {
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  std::vector<AddResult> results;
  for (const NewTask& task : tasks) results.push_back(add_one(task, changes));
  return results;
}

/// One topic of a claim: where its index is read, and how many of it may still be taken.
struct MemoryStore::TopicScan {
  const TopicDemand* demand;
  const ClaimIndex* index;
  ClaimIndex::const_iterator place;
  std::size_t left;

  /// Skips what still waits, a priority's waiting tasks at once; false at the end.
  bool at_task(std::int64_t now_ms) {
    while (place != index->end() && place->due_ms > now_ms)
      place = index->upper_bound({place->negative_priority, std::numeric_limits<std::int64_t>::max(), last_id});
    return place != index->end();
  }
};

std::vector<MemoryStore::TopicScan> MemoryStore::scans_of(const ClaimRequest& request) {
  std::vector<TopicScan> scans;
  for (const TopicDemand& topic : request.topics) {
    const auto found = claimable_.find(topic.versioned_topic);
    const bool is_repeated = std::any_of(scans.begin(), scans.end(), [&](const TopicScan& scan) {
      return scan.demand->versioned_topic == topic.versioned_topic;
    });
    if (found != claimable_.end() && !is_repeated)
      scans.push_back({&topic, &found->second, found->second.begin(), topic.limit});
  }
  return scans;
}

bool MemoryStore::at_claimable(TopicScan& scan, bool may_take_lossy, std::int64_t now_ms) const {
  while (scan.at_task(now_ms)) {
    if (may_take_lossy || tasks_.at(scan.place->id)->losses < 2) return true;
    ++scan.place;
  }
  return false;
}

/// The topics' orders merged into one.
std::vector<std::pair<TaskPtr, const TopicDemand*>> MemoryStore::pick(const ClaimRequest& request, std::int64_t now_ms,
                                                                      bool& more) {
  std::vector<TopicScan> scans = scans_of(request);
  std::vector<std::pair<TaskPtr, const TopicDemand*>> picked;
  bool may_take_lossy = request.may_take_lossy;
  while (picked.size() < request.limit) {
    TopicScan* best = nullptr;
    for (TopicScan& scan : scans)
      if (scan.left > 0 && at_claimable(scan, may_take_lossy, now_ms) && (!best || *scan.place < *best->place)) best = &scan;
    if (!best) break;
    picked.emplace_back(tasks_.at(best->place->id), best->demand);
    ++best->place;
    --best->left;
    if (picked.back().first->losses >= 2) may_take_lossy = false;
  }
  more = std::any_of(scans.begin(), scans.end(),
                     [&](TopicScan& scan) { return at_claimable(scan, may_take_lossy, now_ms); });
  return picked;
}

std::optional<std::int64_t> MemoryStore::next_due_ms(const ClaimRequest& request, std::int64_t now_ms) const {
  std::optional<std::int64_t> next;
  for (const TopicDemand& topic : request.topics) {
    const auto due = due_.find(topic.versioned_topic);
    if (due == due_.end()) continue;
    const auto found = due->second.upper_bound({now_ms, last_id});
    if (found != due->second.end()) next = std::min(next.value_or(found->first), found->first);
  }
  return next;
}

ClaimResult MemoryStore::claim(const ClaimRequest& request) {
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  ClaimResult result;
  if (is_lost(request.session)) return result;
  const std::int64_t now_ms = clock_.wall_ms();
  for (const auto& [before, topic] : pick(request, now_ms, result.more)) {
    TaskRecord record = *before;
    core::claim(record, request, *topic, now_ms);
    auto after = std::make_shared<const TaskRecord>(std::move(record));
    result.tasks.push_back(after);
    replace(before, std::move(after), changes);
  }
  result.next_due_ms = next_due_ms(request, now_ms);
  return result;
}

TransitionResult MemoryStore::apply_one(const Transition& transition, Changes& changes) {
  const auto found = tasks_.find(task_id_of(transition));
  if (found == tasks_.end()) return {TransitionStatus::not_found, "there is no such task", nullptr};
  const TaskPtr before = found->second;
  TaskRecord record = *before;
  core::Decision decision = core::decide(record, transition, context());
  switch (decision.effect) {
    case core::Effect::refused: return {TransitionStatus::refused, std::move(decision.reason), before};
    case core::Effect::lost: return {TransitionStatus::lost, std::move(decision.reason), before};
    case core::Effect::unchanged: return {TransitionStatus::unchanged, {}, before};
    case core::Effect::removed: erase(before, changes); return {TransitionStatus::applied, {}, before};
    case core::Effect::changed: break;
  }
  auto after = std::make_shared<const TaskRecord>(std::move(record));
  replace(before, after, changes);
  return {TransitionStatus::applied, {}, after};
}

std::vector<TransitionResult> MemoryStore::apply(std::span<const Transition> transitions) {
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  std::vector<TransitionResult> results;
  for (const Transition& transition : transitions) results.push_back(apply_one(transition, changes));
  return results;
}

TaskPtr MemoryStore::get(const ObjectId& id) {
  std::lock_guard lock(mutex_);
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? nullptr : found->second;
}

std::vector<TaskPtr> MemoryStore::find(const Query& query) {
  const CompiledQuery compiled = parse_query(query);
  std::vector<TaskPtr> all;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, task] : tasks_) all.push_back(task);
  }
  std::vector<JsonObject> documents;
  documents.reserve(all.size());
  std::vector<const JsonObject*> pointers;
  for (const TaskPtr& task : all) {
    documents.push_back(core::to_document(*task));
    pointers.push_back(&documents.back());
  }
  std::vector<TaskPtr> found;
  for (const JsonObject* match : apply_query(compiled, pointers))
    found.push_back(all[static_cast<std::size_t>(match - documents.data())]);
  return found;
}

std::int64_t MemoryStore::count(const Json& filter) {
  const CompiledQuery compiled = parse_query({filter, {}, 0, 0});
  std::lock_guard lock(mutex_);
  return std::count_if(tasks_.begin(), tasks_.end(),
                       [&](const auto& entry) { return compiled.matches(core::to_document(*entry.second)); });
}

std::size_t MemoryStore::purge(std::size_t limit) {
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  std::vector<TaskPtr> over;
  for (const auto& [delete_at_ms, id] : over_) {
    if (over.size() == limit || delete_at_ms > clock_.wall_ms()) break;
    over.push_back(tasks_.at(id));
  }
  for (const TaskPtr& task : over) erase(task, changes);
  return over.size();
}

// Sessions.

bool MemoryStore::is_lost(const ObjectId& session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() || found->second.lost;
}

void MemoryStore::open_session(const SessionInfo& session, std::int64_t length_ms) {
  std::lock_guard lock(mutex_);
  SessionInfo& opened = sessions_[session.id] = session;
  opened.until_ms = clock_.wall_ms() + length_ms;
}

bool MemoryStore::renew_session(const ObjectId& session, std::int64_t length_ms) {
  std::lock_guard lock(mutex_);
  if (is_lost(session)) return false;
  sessions_[session].until_ms = clock_.wall_ms() + length_ms;
  return true;
}

void MemoryStore::close_session(const ObjectId& session) {
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  if (sessions_.erase(session)) changes.note_session_end(session);
}

std::vector<ObjectId> MemoryStore::expire_sessions(std::int64_t grace_ms) {
  constexpr std::int64_t lost_kept_ms = 24 * 3'600'000LL;
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  const std::int64_t now_ms = clock_.wall_ms();
  std::vector<ObjectId> expired;
  for (auto& [id, session] : sessions_) {
    if (session.lost || session.until_ms + grace_ms > now_ms) continue;
    session.lost = true;
    expired.push_back(id);
    changes.note_session_end(id);
  }
  std::erase_if(sessions_,
                [&](const auto& entry) { return entry.second.lost && entry.second.until_ms + lost_kept_ms < now_ms; });
  return expired;
}

bool MemoryStore::lose_session(const ObjectId& session) {
  std::lock_guard lock(mutex_);
  if (is_lost(session)) return false;
  Changes changes(ring_);
  sessions_[session].lost = true;
  changes.note_session_end(session);
  return true;
}

std::vector<SessionInfo> MemoryStore::sessions() {
  std::lock_guard lock(mutex_);
  std::vector<SessionInfo> all;
  for (const auto& [id, session] : sessions_) all.push_back(session);
  return all;
}

SweepResult MemoryStore::sweep(std::size_t limit) {
  std::lock_guard lock(mutex_);
  Changes changes(ring_);
  std::vector<ReapTask> reaps;
  SweepResult result;
  for (const auto& [task, session] : held_) {
    if (!is_lost(session)) continue;
    if (reaps.size() == limit) {
      result.more = true;
      break;
    }
    reaps.push_back({task, tasks_.at(task)->lease->token});
  }
  for (const ReapTask& reap : reaps) {
    const TransitionResult reaped = apply_one(reap, changes);
    if (!reaped.ok()) continue;
    ++result.reaped;
    if (reaped.task->outcome == TaskOutcome::dead) ++result.dead;
  }
  return result;
}

std::vector<HeldTask> MemoryStore::held_by(const ObjectId& session) {
  std::lock_guard lock(mutex_);
  std::vector<HeldTask> held;
  for (const auto& [id, holder] : held_) {
    if (holder != session) continue;
    const TaskRecord& task = *tasks_.at(id);
    held.push_back({id, task.lease->token, task.signal ? std::optional(task.signal->op) : std::nullopt, task.state, task.rev});
  }
  return held;
}

std::optional<std::int64_t> MemoryStore::last_tick(const std::string& schedule) {
  std::lock_guard lock(mutex_);
  const auto found = ticks_.find(schedule);
  if (found == ticks_.end()) return std::nullopt;
  return found->second;
}

void MemoryStore::advance_tick(const std::string& schedule, std::int64_t tick_ms) {
  std::lock_guard lock(mutex_);
  const auto found = ticks_.emplace(schedule, tick_ms).first;
  found->second = std::max(found->second, tick_ms);
}

}  // namespace taskrunner::store
