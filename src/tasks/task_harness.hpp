#pragma once

#include <taskrunner/task.hpp>

#include "core/running_task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace taskrunner::tasks {

/// For tests: runs one task's body with the real Context; what a runner and its store would do is recorded here.
class TaskHarness final : public core::BodyHost {
 public:
  using Clock = std::chrono::steady_clock;

  explicit TaskHarness(TaskRecord record)
      : task_(std::make_shared<core::RunningTask>(std::make_shared<TaskRecord>(std::move(record)), *this,
                                                  loop_.get_executor())) {}
  ~TaskHarness() {
    stop(core::StopReason::lease_lost);
    if (thread_.joinable()) thread_.join();
  }

  void start(TaskFactory& factory) {
    thread_ = std::thread([this, &factory] { run(factory); });
  }
  /// As core's BodyRunner reads the end of a body.
  std::string wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !end_.empty(); });
    return end_;
  }
  void wait_until(const std::function<bool(const TaskHarness&)>& condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return condition(*this) || !end_.empty(); });
  }
  void stop(core::StopReason reason) { on_loop([this, reason] { task_->stop(reason); }); }
  void pause() { task_->pause(); }
  void resume() { on_loop([this] { task_->resume(); }); }
  std::shared_ptr<core::RunningTask> running() { return task_; }

  Json response;
  std::vector<Json> saved;
  std::vector<Json> told;
  int pauses = 0;
  std::string error;

 private:
  void on_loop(std::function<void()> work) {
    if (task_->record()->versioned_topic == "download#1")
      work();
    else
      boost::asio::post(loop_, std::move(work));
  }

  void run(TaskFactory& factory) {
    try {
      const auto body = factory.make(*task_->record());
      Json answer = body->blocks() ? body->run_blocking(task_->context()) : run_coroutine(*body);
      finish("done", std::move(answer));
    } catch (const Stopped&) {
      finish("stopped");
    } catch (const Fail& fail) {
      finish("failed for good", {}, fail.what());
    } catch (const std::exception& failure) {
      finish(task_->stop_requested() ? "stopped" : "failed", {}, failure.what());
    }
  }
  Json run_coroutine(Task& body) {
    std::exception_ptr problem;
    Json answer;
    auto on_end = [&](std::exception_ptr exception, Json json) {
      problem = exception;
      answer = std::move(json);
    };
    boost::asio::co_spawn(loop_, body.run(task_->context()),
                          boost::asio::bind_cancellation_slot(task_->cancellation(), on_end));
    loop_.run();
    if (problem) std::rethrow_exception(problem);
    return answer;
  }
  void finish(std::string end, Json answer = {}, std::string text = {}) {
    std::lock_guard lock(mutex_);
    response = std::move(answer);
    error = std::move(text);
    end_ = std::move(end);
    changed_.notify_all();
  }

  void body_paused(const ObjectId&) override {
    std::lock_guard lock(mutex_);
    ++pauses;
    changed_.notify_all();
  }
  void progress_made(std::shared_ptr<core::RunningTask> task) override {
    auto newest = task->take_progress();
    std::lock_guard lock(mutex_);
    told.push_back(*newest);
    changed_.notify_all();
  }
  void logged(const ObjectId&, const core::LogLine&) override {}
  void update(const ObjectId&, UpdateTask update, std::function<void(TransitionStatus)> answered) override {
    {
      std::lock_guard lock(mutex_);
      if (update.checkpoint) saved.push_back(*update.checkpoint);
      changed_.notify_all();
    }
    answered(TransitionStatus::applied);
  }
  std::int64_t wall_ms() const override { return 0; }

  boost::asio::io_context loop_{1};
  std::shared_ptr<core::RunningTask> task_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string end_;
  std::thread thread_;
};

}  // namespace taskrunner::tasks
