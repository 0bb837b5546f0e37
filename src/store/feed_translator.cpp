#include "store/feed_translator.hpp"

#include <algorithm>

namespace taskrunner::store {
namespace {

using Kind = TaskChange::Kind;

FeedEvent::Kind kind_of(Kind kind) {
  switch (kind) {
    case Kind::insert: return FeedEvent::Kind::insert;
    case Kind::remove: return FeedEvent::Kind::remove;
    case Kind::session_ended: return FeedEvent::Kind::session_ended;
    default: return FeedEvent::Kind::update;
  }
}

void tell(FeedEvent& event, const TaskFacts& facts) {
  event.versioned_topic = facts.topic;
  event.state = facts.state.value_or(TaskState::to_do);
  event.rev = facts.rev;
  event.claimable = is_unheld_to_do(facts) && !facts.topic.empty();
  event.wait_until_ms.reset();
  if (event.claimable && facts.wait == TaskFacts::Wait::until) event.wait_until_ms = facts.wait_until_ms;
  event.session = facts.session;
  event.signal = facts.signal;
}

bool is_open(const TaskFacts& facts) { return facts.state && facts.state != TaskState::completed; }

/// The change alone says all that is asked of an event.
bool says_all(const TaskChange& change) {
  if (change.touched == TaskChange::all_fields) return true;
  if (!(change.touched & TaskChange::state)) return false;
  if (change.facts.state == TaskState::completed) return true;
  constexpr std::uint8_t claim = TaskChange::state | TaskChange::session;
  return change.facts.state == TaskState::running && (change.touched & claim) == claim && change.facts.session;
}

/// The known facts have this change in them already: they were looked up later. A whole document counts in any case:
/// whoever replaces one may know nothing of `rev`.
bool is_overtaken(const TaskFacts& known, const TaskChange& change) {
  if (change.touched == TaskChange::all_fields) return false;
  return (change.touched & TaskChange::rev) && change.facts.rev <= known.rev;
}

TaskFacts with_topic(TaskFacts facts, std::string topic) {
  facts.topic = std::move(topic);
  return facts;
}

}  // namespace

std::vector<FeedEvent> FeedTranslator::translate(std::vector<TaskChange> changes, const LookUp& look_up) {
  std::vector<Draft> drafts;
  drafts.reserve(changes.size());
  for (TaskChange& change : changes) {
    if (change.is_odd) ++odd_;
    if (change.kind == Kind::collection_gone) known_.clear();
    if (change.kind == Kind::collection_gone || change.kind == Kind::stream_over || change.kind == Kind::other) continue;
    settle(drafts.emplace_back(Draft{std::move(change), {}, false}));
  }
  fill_in(drafts, look_up);
  std::vector<FeedEvent> events;
  events.reserve(drafts.size());
  for (Draft& draft : drafts) events.push_back(std::move(draft.event));
  return events;
}

void FeedTranslator::settle(Draft& draft) {
  const TaskChange& change = draft.change;
  draft.event.kind = kind_of(change.kind);
  draft.event.id = change.id;
  draft.event.cluster_time = change.cluster_time;
  draft.event.task = change.task;
  if (change.kind == Kind::session_ended) return;
  if (change.kind != Kind::remove) return settle_update(draft);
  if (const TaskFacts* known = known_.find(change.id)) {
    tell(draft.event, *known);
    draft.event.claimable = false;
    draft.event.wait_until_ms.reset();
  }
  known_.erase(change.id);
}

void FeedTranslator::settle_update(Draft& draft) {
  const TaskChange& change = draft.change;
  TaskFacts* known = known_.find(change.id);
  if (!known && !says_all(change)) {
    draft.wants_look_up = true;
    return;
  }
  TaskFacts facts = known ? *known : TaskFacts();
  if (!known || !is_overtaken(*known, change)) apply_change(facts, change);
  draft.wants_look_up = is_unheld_to_do(facts) && facts.topic.empty();
  tell(draft.event, facts);
  if (!is_open(facts))
    known_.erase(change.id);
  else if (known)
    *known = std::move(facts);
  else
    known_.put(change.id, std::move(facts));
}

void FeedTranslator::fill_in(std::vector<Draft>& drafts, const LookUp& look_up) {
  std::vector<ObjectId> ids;
  for (const Draft& draft : drafts)
    if (draft.wants_look_up) ids.push_back(draft.change.id);
  if (ids.empty()) return;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::unordered_map<ObjectId, TaskFacts> found;
  for (auto& [id, facts] : look_up(ids)) found.emplace(id, std::move(facts));
  looked_up_ += ids.size();
  for (auto& [id, facts] : found)
    if (const TaskFacts* known = known_.find(id); known && known->rev > facts.rev)
      facts = with_topic(*known, std::move(facts.topic));  // read from a member that is behind
  for (Draft& draft : drafts) {
    if (draft.wants_look_up) found.try_emplace(draft.change.id);  // gone meanwhile: its remove is still to come
    const auto at = found.find(draft.change.id);
    if (at == found.end()) continue;
    if (!is_overtaken(at->second, draft.change)) apply_change(at->second, draft.change);
    if (draft.wants_look_up) tell(draft.event, at->second);
    if (draft.change.kind == Kind::remove) at->second = {};
  }
  for (auto& [id, facts] : found) is_open(facts) ? known_.put(id, std::move(facts)) : known_.erase(id);
}

}  // namespace taskrunner::store
