#include "api/told_service.hpp"

namespace taskrunner::api {
namespace {

// An answer may come after the service that was asked has gone: each takes what it needs along.

template <typename Result>
awaitable<std::vector<Result>> told_results(awaitable<std::vector<Result>> answer, live::AsTold as_told) {
  std::vector<Result> results = co_await std::move(answer);
  for (Result& result : results) result.task = as_told(result.task);
  co_return results;
}

awaitable<TransitionResult> told_result(awaitable<TransitionResult> answer, live::AsTold as_told) {
  TransitionResult result = co_await std::move(answer);
  result.task = as_told(result.task);
  co_return result;
}

awaitable<TaskPtr> told_task(awaitable<TaskPtr> answer, live::AsTold as_told) {
  const TaskPtr task = co_await std::move(answer);
  co_return as_told(task);
}

awaitable<std::vector<TaskPtr>> told_tasks(awaitable<std::vector<TaskPtr>> answer, live::AsTold as_told) {
  std::vector<TaskPtr> tasks = co_await std::move(answer);
  for (TaskPtr& task : tasks) task = as_told(task);
  co_return tasks;
}

}  // namespace

TaskPtr with_relayed_url(const TaskPtr& task, const std::string& relay_url) {
  if (!task || !task->public_url) return task;
  std::string url = relay_url + "/tasks/" + task->id.hex();
  if (*task->public_url == url) return task;
  auto told = std::make_shared<TaskRecord>(*task);
  told->public_url = std::move(url);
  return told;
}

awaitable<std::vector<AddResult>> ToldService::add(std::vector<NewTask> tasks) {
  return told_results(stored_.add(std::move(tasks)), as_told_);
}
awaitable<std::vector<AddResult>> ToldService::import_records(std::vector<TaskRecord> tasks) {
  return told_results(stored_.import_records(std::move(tasks)), as_told_);
}
awaitable<TransitionResult> ToldService::signal(ObjectId id, SignalOp op, std::string by) {
  return told_result(stored_.signal(id, op, std::move(by)), as_told_);
}
awaitable<TransitionResult> ToldService::retry(ObjectId id) { return told_result(stored_.retry(id), as_told_); }
awaitable<TransitionResult> ToldService::remove(ObjectId id) { return told_result(stored_.remove(id), as_told_); }
awaitable<TaskPtr> ToldService::get(ObjectId id) { return told_task(stored_.get(id), as_told_); }
awaitable<std::vector<TaskPtr>> ToldService::find(Query query) {
  return told_tasks(stored_.find(std::move(query)), as_told_);
}
std::vector<TaskPtr> ToldService::running_now() const {
  std::vector<TaskPtr> tasks = stored_.running_now();
  for (TaskPtr& task : tasks) task = as_told_(task);
  return tasks;
}

}  // namespace taskrunner::api
