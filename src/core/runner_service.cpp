// What bodies, doors and code ask of a runner, from any thread.

#include "base/log.hpp"
#include "core/record_importer.hpp"
#include "core/runner.hpp"

#include <algorithm>
#include <future>

namespace taskrunner::core {
namespace {

std::function<std::vector<TransitionResult>(Store&)> applying(Transition transition) {
  return [change = std::move(transition)](Store& store) { return store.apply(std::span(&change, 1)); };
}

AddResult refused(const std::string& reason) { return {nullptr, false, ErrorCode::invalid_argument, reason}; }

/// Puts the answers of what was added between those of what was refused.
std::vector<AddResult> merge(const std::vector<std::string>& refusals, std::vector<AddResult> added) {
  std::vector<AddResult> results;
  results.reserve(refusals.size());
  auto next = added.begin();
  for (const std::string& refusal : refusals) {
    if (refusal.empty())
      results.push_back(std::move(*next++));
    else
      results.push_back(refused(refusal));
  }
  return results;
}

void drop_refused(std::vector<NewTask>& tasks, const std::vector<std::string>& refusals) {
  std::vector<NewTask> kept;
  for (std::size_t i = 0; i < tasks.size(); ++i)
    if (refusals[i].empty()) kept.push_back(std::move(tasks[i]));
  tasks = std::move(kept);
}

}  // namespace

// Bodies.

void Runner::on_task(const ObjectId& id, std::function<void(RunningTask&)> work) {
  start_queued_bodies();  // what was asked for while its claim was under way comes together with its start
  std::lock_guard lock(mutex_);
  if (const auto found = running_.find(id); found != running_.end())
    bodies_->post([task = found->second, work = std::move(work)] { work(*task); });
}

void Runner::body_paused(const ObjectId& id) {
  engine_.post([this, id] {
    pump_progress();
    tell([&](Scheduler& scheduler) { scheduler.on_body_paused(id, now()); });
  });
}

void Runner::progress_made(std::shared_ptr<RunningTask> task) {
  bool is_first = false;
  {
    std::lock_guard lock(mutex_);
    is_first = progress_made_.empty();
    progress_made_.push_back(std::move(task));
  }
  if (is_first) engine_.post([this] { pump_progress(); });
}

void Runner::pump_progress() {
  std::vector<std::shared_ptr<RunningTask>> made;
  {
    std::lock_guard lock(mutex_);
    made.swap(progress_made_);
  }
  for (auto& task : made) progress_pump_.note(std::move(task));
  const auto show = [this](const ObjectId& id, const Json& data) {
    tell_listeners([&](RunnerListener& listener) { listener.on_progress(id, data); });
  };
  const auto store = [this](const ObjectId& id, Json data) {
    UpdateTask update;
    update.progress = std::move(data);
    tell([&](Scheduler& scheduler) { scheduler.on_update(id, std::move(update), 0, now()); });
  };
  const auto again = progress_pump_.pump(clock_.boot_ms(), show, store);
  if (!again) return;
  if (!progress_timer_) progress_timer_ = std::make_unique<boost::asio::steady_timer>(engine_.context());
  progress_timer_->expires_after(std::chrono::milliseconds(std::max<std::int64_t>(*again - clock_.boot_ms(), 1)));
  progress_timer_->async_wait([this](boost::system::error_code error) {
    if (!error) pump_progress();
  });
}

void Runner::logged(const ObjectId& id, const LogLine& line) {
  tell_listeners([&](RunnerListener& listener) { listener.on_log(id, line); });
}

void Runner::update(const ObjectId& id, UpdateTask update, std::function<void(TransitionStatus)> answered) {
  engine_.post([this, id, change = std::move(update), answered = std::move(answered)]() mutable {
    const std::uint64_t ticket = ++last_ticket_;
    updates_[ticket] = std::move(answered);
    tell([&](Scheduler& scheduler) { scheduler.on_update(id, std::move(change), ticket, now()); });
  });
}

void Runner::tell_listeners(const std::function<void(RunnerListener&)>& tell_one) const {
  std::vector<std::weak_ptr<RunnerListener>> listeners;
  {
    std::lock_guard lock(mutex_);
    if (listeners_.empty()) return;
    listeners = listeners_;
  }
  for (const auto& weak : listeners)
    if (const auto listener = weak.lock()) tell_one(*listener);
}

// Adds.

bool Runner::is_listed_by_a_host(const std::string& topic) const {
  for (const SessionInfo& host : executor_.store().sessions())
    if (!host.lost && std::find(host.topics.begin(), host.topics.end(), topic) != host.topics.end()) return true;
  return false;
}

std::string Runner::refusal_of(NewTask& task) const {
  const auto topic = topics_.find(task.versioned_topic);
  if (topic == topics_.end()) {
    if (is_listed_by_a_host(task.versioned_topic)) return {};
    return no_host_runs(task.versioned_topic);
  }
  try {
    topic->second.factory->validate(task);
    return {};
  } catch (const std::exception& error) {
    return std::string(error.what());
  }
}

void Runner::prepare(std::vector<NewTask>& tasks, std::vector<std::string>& refusals) const {
  for (NewTask& task : tasks) {
    if (task.id.is_zero()) task.id = random_->object_id(clock_.wall_ms());
    refusals.push_back(refusal_of(task));
  }
  drop_refused(tasks, refusals);
}

std::vector<AddResult> Runner::add_blocking(std::vector<NewTask> tasks) {
  std::vector<std::string> refusals;
  prepare(tasks, refusals);
  if (tasks.empty()) return merge(refusals, {});
  std::promise<std::vector<AddResult>> promise;
  executor_.add(std::move(tasks), [&](std::exception_ptr error, std::vector<AddResult> results) {
    error ? promise.set_exception(error) : promise.set_value(std::move(results));
  });
  return merge(refusals, promise.get_future().get());
}

awaitable<std::vector<AddResult>> Runner::add(std::vector<NewTask> tasks) {
  std::vector<std::string> refusals;
  const bool all_known = std::all_of(tasks.begin(), tasks.end(),
                                     [&](const NewTask& task) { return topics_.contains(task.versioned_topic); });
  if (all_known) {
    prepare(tasks, refusals);
  } else {  // other hosts' topics are looked up in the store
    auto look_up = [this, &tasks, &refusals](Store&) {
      prepare(tasks, refusals);
      return true;
    };
    co_await executor_.run<bool>(look_up);
  }
  if (tasks.empty()) co_return merge(refusals, {});
  std::vector<AddResult> added = co_await executor_.add(std::move(tasks));
  co_return merge(refusals, std::move(added));
}

awaitable<std::vector<AddResult>> Runner::import_records(std::vector<TaskRecord> tasks) {
  const auto records = std::make_shared<const std::vector<TaskRecord>>(std::move(tasks));
  auto verb = [records](Store& store) {
    auto* const importer = dynamic_cast<RecordImporter*>(&store);
    if (!importer) throw Error(ErrorCode::not_supported, store.describe() + " takes no import");
    return importer->import_records(*records);
  };
  co_return co_await executor_.run<std::vector<AddResult>>(verb);
}

// Other verbs.

awaitable<TransitionResult> Runner::signal(ObjectId id, SignalOp op, std::string by) {
  auto verb = applying(SignalTask{id, op, std::move(by)});
  auto results = co_await executor_.run<std::vector<TransitionResult>>(verb);
  co_return std::move(results.at(0));
}

awaitable<TransitionResult> Runner::retry(ObjectId id) {
  auto verb = applying(RetryTask{id});
  auto results = co_await executor_.run<std::vector<TransitionResult>>(verb);
  co_return std::move(results.at(0));
}

awaitable<TransitionResult> Runner::remove(ObjectId id) {
  auto verb = applying(RemoveTask{id});
  auto results = co_await executor_.run<std::vector<TransitionResult>>(verb);
  co_return std::move(results.at(0));
}

awaitable<TaskPtr> Runner::get(ObjectId id) {
  auto verb = [id](Store& store) { return store.get(id); };
  co_return co_await executor_.run<TaskPtr>(verb);
}

awaitable<std::vector<TaskPtr>> Runner::find(Query query) {
  auto verb = [query](Store& store) { return store.find(query); };
  co_return co_await executor_.run<std::vector<TaskPtr>>(verb);
}

awaitable<std::int64_t> Runner::count(Json filter) {
  auto verb = [filter](Store& store) { return store.count(filter); };
  co_return co_await executor_.run<std::int64_t>(verb);
}

awaitable<std::vector<SessionInfo>> Runner::hosts() {
  auto verb = [](Store& store) { return store.sessions(); };
  co_return co_await executor_.run<std::vector<SessionInfo>>(verb);
}

ObjectId Runner::session() const {
  std::lock_guard lock(mutex_);
  return session_;
}

awaitable<bool> Runner::lose_session(ObjectId session) {
  auto verb = [session](Store& store) { return store.lose_session(session); };
  co_return co_await executor_.run<bool>(verb);
}

// What runs here.

// Under the mutex: whoever took a run along could outlive the loop that the run needs.

TaskPtr Runner::running_here(const ObjectId& id) const {
  std::lock_guard lock(mutex_);
  const auto found = running_.find(id);
  return found == running_.end() ? nullptr : found->second->record();
}

std::vector<TaskPtr> Runner::running_now() const {
  std::lock_guard lock(mutex_);
  std::vector<TaskPtr> tasks;
  for (const auto& [id, task] : running_) tasks.push_back(task->record());
  return tasks;
}

std::vector<LogLine> Runner::logs(const ObjectId& id) const {
  std::lock_guard lock(mutex_);
  const auto found = running_.find(id);
  return found == running_.end() ? ended_logs_.of(id) : found->second->log_lines();
}

std::vector<std::string> Runner::topics() const {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) names.push_back(name);
  return names;
}

Json Runner::progress(const ObjectId& id) const {
  std::lock_guard lock(mutex_);
  const auto found = running_.find(id);
  return found == running_.end() ? Json() : found->second->newest_progress();
}

}  // namespace taskrunner::core
