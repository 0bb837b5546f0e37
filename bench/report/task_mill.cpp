#include "report/task_mill.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace taskrunner::bench {

TaskMill::TaskMill(std::shared_ptr<Store> store) : store_(std::move(store)) {
  session_ = random_.object_id(system_clock().wall_ms());
  SessionInfo session;
  session.id = session_;
  session.instance = "bench";
  store_->open_session(session, 3'600'000);
}

std::vector<NewTask> TaskMill::make(std::size_t count, const char* topic) {
  std::vector<NewTask> tasks(count);
  for (NewTask& task : tasks) {
    task.id = random_.object_id(system_clock().wall_ms());
    task.versioned_topic = topic;
    task.data = Json{{"text", std::string(80, 'x')}, {"n", 1}};
  }
  return tasks;
}

void TaskMill::add(std::size_t count, const char* topic) {
  for (std::size_t done = 0; done < count; done += batch) store_->add(make(std::min(batch, count - done), topic));
}

void TaskMill::add_singly(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) store_->add(make(1, "noop#1"));
}

void TaskMill::drain(std::size_t count) {
  std::atomic<std::size_t> claimed = 0;
  drain_together(claimed, count);
}

void TaskMill::drain_together(std::atomic<std::size_t>& claimed, std::size_t count) {
  all_claimed_ = false;
  std::thread completer([&] { complete_all(); });
  while (claimed < count) {
    wait_for_slots();
    ClaimResult result = store_->claim(claim_request());
    claimed += result.tasks.size();
    hand_over(std::move(result.tasks));
  }
  {
    std::lock_guard lock(mutex_);
    all_claimed_ = true;
    changed_.notify_all();
  }
  completer.join();
}

ClaimRequest TaskMill::claim_request() {
  ClaimRequest request;
  request.token = random_.object_id(system_clock().wall_ms());
  request.session = session_;
  request.worker = "bench:8080";
  request.public_url_base = "http://127.0.0.1:8080/tasks/";
  request.topics = {{"noop#1", batch, {true, false, false}}};
  request.limit = batch;
  return request;
}

void TaskMill::wait_for_slots() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return in_work_ + batch <= slots; });
}

void TaskMill::hand_over(std::vector<TaskPtr> tasks) {
  std::lock_guard lock(mutex_);
  in_work_ += tasks.size();
  if (!tasks.empty()) ready_.push_back(std::move(tasks));
  changed_.notify_all();
}

std::vector<TaskPtr> TaskMill::next_ready() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || all_claimed_; });
  if (ready_.empty()) return {};
  std::vector<TaskPtr> tasks = std::move(ready_.front());
  ready_.pop_front();
  return tasks;
}

void TaskMill::complete_all() {
  for (std::vector<TaskPtr> tasks = next_ready(); !tasks.empty(); tasks = next_ready()) {
    complete(tasks);
    std::lock_guard lock(mutex_);
    in_work_ -= tasks.size();
    changed_.notify_all();
  }
}

void TaskMill::complete(const std::vector<TaskPtr>& tasks) {
  std::vector<Transition> ends;
  ends.reserve(tasks.size());
  for (const TaskPtr& task : tasks)
    ends.push_back(CompleteTask{{task->id, task->lease->token, session_}, Json{{"ok", true}}, {}});
  for (const TransitionResult& result : store_->apply(ends))
    if (!result.ok()) throw Error(ErrorCode::internal, "a completion was not taken: " + result.reason);
}

}  // namespace taskrunner::bench
