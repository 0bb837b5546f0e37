#pragma once

#include "core/task_service.hpp"
#include "live/live_task.hpp"

#include <memory>
#include <string>
#include <vector>

namespace taskrunner::api {

/// Where a task is, for clients of a host that relays: always with that host.
TaskPtr with_relayed_url(const TaskPtr& task, const std::string& relay_url);

/// A service whose tasks come as clients are to be told of them. What is asked and what is stored is left alone.
class ToldService final : public core::TaskService {
 public:
  ToldService(core::TaskService& stored, live::AsTold as_told) : stored_(stored), as_told_(std::move(as_told)) {}

  awaitable<std::vector<AddResult>> add(std::vector<NewTask> tasks) override;
  awaitable<std::vector<AddResult>> import_records(std::vector<TaskRecord> tasks) override;
  awaitable<TransitionResult> signal(ObjectId id, SignalOp op, std::string by) override;
  awaitable<TransitionResult> retry(ObjectId id) override;
  awaitable<TransitionResult> remove(ObjectId id) override;
  awaitable<TaskPtr> get(ObjectId id) override;
  awaitable<std::vector<TaskPtr>> find(Query query) override;
  awaitable<std::int64_t> count(Json filter) override { return stored_.count(std::move(filter)); }
  awaitable<std::vector<SessionInfo>> hosts() override { return stored_.hosts(); }

  Feed& feed() override { return stored_.feed(); }
  TaskPtr running_here(const ObjectId& id) const override { return as_told_(stored_.running_here(id)); }
  std::vector<TaskPtr> running_now() const override;
  std::vector<core::LogLine> logs(const ObjectId& id) const override { return stored_.logs(id); }
  Json progress(const ObjectId& id) const override { return stored_.progress(id); }
  const std::string& instance() const override { return stored_.instance(); }
  std::vector<std::string> topics() const override { return stored_.topics(); }
  bool is_ready() const override { return stored_.is_ready(); }
  void listen(std::weak_ptr<core::RunnerListener> listener) override { stored_.listen(std::move(listener)); }

 private:
  core::TaskService& stored_;
  const live::AsTold as_told_;
};

}  // namespace taskrunner::api
