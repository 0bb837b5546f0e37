#include "store/task_facts.hpp"

#include <utility>

namespace taskrunner::store {

void apply_change(TaskFacts& facts, const TaskChange& change) {
  const TaskFacts& told = change.facts;
  const auto is_told = [&](TaskChange::Field field) { return (change.touched & field) != 0; };
  if (is_told(TaskChange::topic)) facts.topic = told.topic;
  if (is_told(TaskChange::state)) facts.state = told.state;
  if (is_told(TaskChange::worker)) facts.has_worker = told.has_worker;
  if (is_told(TaskChange::session)) {
    facts.has_session = told.has_session;
    facts.session = told.session;
  }
  if (is_told(TaskChange::signal)) facts.signal = told.signal;
  if (is_told(TaskChange::wait)) {
    facts.wait = told.wait;
    facts.wait_until_ms = told.wait_until_ms;
  }
  if (is_told(TaskChange::rev)) facts.rev = told.rev;
}

TaskFacts* KnownTasks::find(const ObjectId& id) {
  if (const auto found = young_.find(id); found != young_.end()) return &found->second;
  const auto found = old_.find(id);
  if (found == old_.end()) return nullptr;
  TaskFacts facts = std::move(found->second);
  old_.erase(found);
  put(id, std::move(facts));
  return &young_.find(id)->second;
}

void KnownTasks::put(const ObjectId& id, TaskFacts facts) {
  old_.erase(id);
  if (young_.size() >= most_young_ && !young_.contains(id)) old_ = std::exchange(young_, {});
  young_[id] = std::move(facts);
}

void KnownTasks::erase(const ObjectId& id) {
  if (young_.erase(id) == 0) old_.erase(id);
}

void KnownTasks::clear() {
  young_.clear();
  old_.clear();
}

}  // namespace taskrunner::store
