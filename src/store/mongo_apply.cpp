#include "store/mongo_store.hpp"

#include "core/task_document.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace taskrunner::store {

/// Transitions that go to the server together.
struct MongoStore::Statement {
  std::vector<std::size_t> members;  ///< which of all the transitions
  std::string failure;               ///< why the server broke it off, if it did
};

namespace {

constexpr std::size_t most_in_statement = 1'000;
/// Of one command's document.
constexpr std::size_t most_command_bytes = 8'000'000;

/// What of a document decides, without what may be large.
const Json& deciding_fields() {
  static const Json projection{{"data", 0}, {"progress", 0}, {"checkpoint", 0}, {"response", 0}};
  return projection;
}

std::size_t size_of(const Json& value) {
  if (const std::string* text = value.if_string()) return 16 + text->size();
  if (const Binary* binary = std::get_if<Binary>(&value.value())) return 16 + binary->bytes.size();
  std::size_t size = 16;
  if (const JsonArray* array = value.if_array())
    for (const Json& element : *array) size += 8 + size_of(element);
  if (const JsonObject* object = value.if_object())
    for (const auto& [name, member] : *object) size += name.size() + size_of(member);
  return size;
}

std::size_t size_of(const std::optional<Json>& value) { return value ? size_of(*value) : 0; }

/// About how many bytes a transition takes of its command.
std::size_t size_of(const Transition& transition) {
  constexpr std::size_t own = 64;
  if (const auto* complete = std::get_if<CompleteTask>(&transition)) return own + size_of(complete->response);
  if (const auto* stop = std::get_if<TakeStop>(&transition)) return own + size_of(stop->response);
  if (const auto* fail = std::get_if<FailTask>(&transition)) return own + fail->error.size();
  if (const auto* update = std::get_if<UpdateTask>(&transition))
    return own + size_of(update->data) + size_of(update->progress) + size_of(update->checkpoint) + size_of(update->response);
  return own;
}

TransitionStatus status_of(core::Effect effect) {
  switch (effect) {
    case core::Effect::changed:
    case core::Effect::removed: return TransitionStatus::applied;
    case core::Effect::unchanged: return TransitionStatus::unchanged;
    case core::Effect::refused: return TransitionStatus::refused;
    case core::Effect::lost: break;
  }
  return TransitionStatus::lost;
}

/// Whether the task stands as the transition would have left it. Asked where a batch was done in part, or a first try
/// got no answer: what a host lets go keeps no trace of whose it was.
struct MayBeDone {
  const TaskRecord& now;

  bool operator()(const FailTask& fail) const {
    return is_let_go() && !now.errors.empty() && now.errors.back().text == fail.error;
  }
  bool operator()(const RunAgain&) const { return is_let_go(); }
  bool operator()(const ReleaseTask&) const { return is_let_go(); }
  bool operator()(const ReapTask&) const { return is_let_go(); }
  bool operator()(const TakePause& take) const {
    return holds(take.fence) && now.state == TaskState::paused && !now.signal;
  }
  bool operator()(const TakeResume& take) const {
    return holds(take.fence) && now.state == TaskState::running && !now.signal;
  }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }

 private:
  bool holds(const Fence& fence) const {
    return now.lease && now.lease->token == fence.token && now.lease->session == fence.session;
  }
  bool is_let_go() const {
    return !now.worker && !(now.lease && now.lease->session) && now.state != TaskState::running;
  }
};

}  // namespace

std::vector<TransitionResult> MongoStore::apply(std::span<const Transition> transitions) {
  std::vector<TransitionResult> results(transitions.size());
  std::vector<std::size_t> round;
  std::unordered_set<ObjectId> in_round;
  for (std::size_t i = 0; i < transitions.size(); ++i) {
    // Transitions of one task are carried out in their order; those of different tasks have none.
    if (!in_round.insert(task_id_of(transitions[i])).second) {
      apply_round(transitions, round, results);
      round.clear();
      in_round = {task_id_of(transitions[i])};
    }
    round.push_back(i);
  }
  apply_round(transitions, round, results);
  return results;
}

void MongoStore::apply_round(std::span<const Transition> all, std::span<const std::size_t> round,
                             std::vector<TransitionResult>& results) {
  std::map<std::string, std::vector<Statement>> by_key;
  std::map<std::string, std::size_t> bytes_of;
  for (const std::size_t i : round) {
    if (!is_by_update(all[i])) {
      results[i] = apply_decided(all[i]);
      continue;
    }
    const std::string key = statement_key(all[i]);
    std::vector<Statement>& statements = by_key[key];
    std::size_t& bytes = bytes_of[key];
    bytes += size_of(all[i]);
    if (statements.empty() || statements.back().members.size() >= most_in_statement || bytes > most_command_bytes) {
      statements.emplace_back();
      bytes = size_of(all[i]);
    }
    statements.back().members.push_back(i);
  }
  std::vector<Statement> command;
  std::size_t command_bytes = 0;
  const auto send = [&] {
    if (!command.empty()) apply_statements(all, command, results);
    command.clear();
    command_bytes = 0;
  };
  for (auto& [key, statements] : by_key)
    for (Statement& statement : statements) {
      std::size_t bytes = 4'096;
      for (const std::size_t i : statement.members) bytes += size_of(all[i]);
      if (command_bytes + bytes > most_command_bytes) send();
      command_bytes += bytes;
      command.push_back(std::move(statement));
    }
  send();
}

void MongoStore::apply_statements(std::span<const Transition> all, std::span<Statement> statements,
                                  std::vector<TransitionResult>& results) {
  const MongoUpdateContext context = update_context();
  JsonArray updates;
  std::int64_t asked = 0;
  for (const Statement& statement : statements) {
    std::vector<const Transition*> members;
    std::vector<double> jitters;
    for (const std::size_t i : statement.members) {
      members.push_back(&all[i]);
      jitters.push_back(options_.random->fraction());
    }
    asked += static_cast<std::int64_t>(members.size());
    updates.push_back(update_statement(members, jitters, context));
  }
  const MongoWritten written = update_by_clock(std::move(updates), WriteTries::twice);
  if (written.matched == asked && written.failures.empty()) return;
  const bool none_was_done = written.matched == 0 && !written.was_repeated;
  for (const MongoWritten::Failure& failure : written.failures) statements[failure.index].failure = failure.text;
  for (const Statement& statement : statements) settle(all, statement, none_was_done, results);
}

/// Not all that was asked was done: each document says what became of its transition.
void MongoStore::settle(std::span<const Transition> all, const Statement& statement, bool none_was_done,
                        std::vector<TransitionResult>& results) {
  if (!statement.failure.empty() && statement.members.size() == 1) {
    results[statement.members.front()] = {TransitionStatus::refused, statement.failure, nullptr};
    return;
  }
  JsonArray ids;
  for (const std::size_t i : statement.members) ids.push_back(task_id_of(all[i]));
  std::unordered_map<ObjectId, TaskPtr> found;
  const JsonObject by_id = Json{{"_id", Json{{"$in", std::move(ids)}}}}.as_object();
  for (TaskPtr& task : find_tasks(by_id, Json{{"projection", deciding_fields()}}.as_object(), MongoCommands::Reads::newest))
    found.emplace(task->id, std::move(task));
  for (const std::size_t i : statement.members) {
    const auto task = found.find(task_id_of(all[i]));
    if (task == found.end())
      results[i] = {TransitionStatus::not_found, "there is no such task", nullptr};
    else
      results[i] = settle_one(all[i], *task->second, !statement.failure.empty(), none_was_done);
  }
}

TransitionResult MongoStore::settle_one(const Transition& transition, const TaskRecord& now, bool was_broken_off,
                                        bool none_was_done) {
  TaskRecord after = now;
  core::Decision decision = core::decide(after, transition, {time_.estimate_ms(), options_.keep, 0.0});
  if (decision.effect == core::Effect::changed) {
    // An update leaves the fence as it is, so it may have been done; every other transition was not.
    const bool is_done = std::holds_alternative<UpdateTask>(transition) && !was_broken_off && !none_was_done;
    return is_done ? TransitionResult{} : apply_decided(transition);
  }
  if (!none_was_done && (decision.effect == core::Effect::unchanged || std::visit(MayBeDone{now}, transition))) return {};
  return {status_of(decision.effect), std::move(decision.reason), nullptr};
}

}  // namespace taskrunner::store
