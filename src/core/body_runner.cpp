#include "core/body_runner.hpp"

#include "base/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace taskrunner::core {
namespace {

std::string name_of(const TaskRecord& task) { return "task " + task.id.hex() + " (" + task.versioned_topic + ")"; }

BodyEnd failed(std::string text, bool permanent) {
  BodyEnd end;
  end.kind = BodyEnd::Kind::failed;
  end.error = std::move(text);
  end.permanent = permanent;
  return end;
}

BodyEnd end_of_exception(const RunningTask& task, const std::exception_ptr& exception) {
  BodyEnd stopped;
  stopped.kind = BodyEnd::Kind::stopped;
  try {
    std::rethrow_exception(exception);
  } catch (const Stopped&) {
    return stopped;
  } catch (const Fail& fail) {
    return failed(fail.what(), true);
  } catch (const std::exception& error) {
    // What was awaited or interrupted for the stop ends in errors of many kinds: they are the stop.
    return task.stop_requested() ? stopped : failed(error.what(), false);
  } catch (...) {
    return task.stop_requested() ? stopped : failed("the task threw something that is no std::exception", false);
  }
}

BodyEnd end_of_return(const RunningTask& task, Json response) {
  BodyEnd end;
  if (const auto wait_ms = task.again_ms()) {
    end.kind = BodyEnd::Kind::again;
    end.wait_ms = *wait_ms;
  } else if (!response.is_null()) {
    end.response = std::move(response);
  }
  return end;
}

}  // namespace

BodyRunner::BodyRunner(BodyHost& host, Ended ended, std::size_t most_blocking)
    : gate_(host), ended_(std::move(ended)), threads_(most_blocking) {
  loop_.start();
}

std::shared_ptr<RunningTask> BodyRunner::make(TaskPtr task) {
  return std::make_shared<RunningTask>(std::move(task), gate_, loop_.context().get_executor());
}

void BodyRunner::start(const TaskRun& run, const Factory& factory) {
  try {
    if (run->stop_requested()) throw Stopped();
    Body body{factory, factory->make(*run->record())};
    if (!body.task->blocks())
      start_coroutine(run, std::move(body));
    else if (run->record()->losses > 0)
      recover_and_block(run, std::move(body));
    else
      start_blocking(run, std::move(body));
  } catch (...) {
    end(run, end_of_exception(*run, std::current_exception()));
  }
}

awaitable<Json> BodyRunner::recover_and_run(TaskRun run, Body body) {
  if (run->record()->losses > 0) co_await body.task->recover(run->context());
  co_return co_await body.task->run(run->context());
}

awaitable<Json> BodyRunner::recover(TaskRun run, Body body) {
  co_await body.task->recover(run->context());
  co_return Json();
}

void BodyRunner::start_coroutine(const TaskRun& run, Body body) {
  note_coroutine(run->record());
  auto on_end = [this, run](std::exception_ptr exception, Json response) {
    end_coroutine(run, exception ? end_of_exception(*run, exception) : end_of_return(*run, std::move(response)));
  };
  boost::asio::co_spawn(loop_.context(), recover_and_run(run, std::move(body)),
                        boost::asio::bind_cancellation_slot(run->cancellation(), std::move(on_end)));
}

/// recover() is a coroutine whatever the body is.
void BodyRunner::recover_and_block(const TaskRun& run, Body body) {
  note_coroutine(run->record());
  auto then_block = [this, run, body](std::exception_ptr exception, const Json&) {
    try {
      if (exception) std::rethrow_exception(exception);
      start_blocking(run, body);
    } catch (...) {
      end_coroutine(run, end_of_exception(*run, std::current_exception()));
    }
  };
  boost::asio::co_spawn(loop_.context(), recover(run, std::move(body)),
                        boost::asio::bind_cancellation_slot(run->cancellation(), std::move(then_block)));
}

void BodyRunner::start_blocking(const TaskRun& run, Body body) {
  threads_.post([this, run, body = std::move(body)] { block(run, body); });
}

void BodyRunner::block(const TaskRun& run, const Body& body) {
  BodyEnd ended;
  try {
    if (run->stop_requested()) throw Stopped();
    note_blocking(run);
    ended = end_of_return(*run, body.task->run_blocking(run->context()));
  } catch (...) {
    ended = end_of_exception(*run, std::current_exception());
  }
  end(run, std::move(ended));
}

void BodyRunner::note_coroutine(const TaskPtr& task) {
  std::lock_guard lock(mutex_);
  coroutines_[task->id] = task;
}

void BodyRunner::note_blocking(const TaskRun& run) {
  std::lock_guard lock(mutex_);
  coroutines_.erase(run->record()->id);  // it has recovered
  blocking_[run->record()->id] = run;
}

void BodyRunner::end(const TaskRun& run, BodyEnd end) {
  std::lock_guard lock(mutex_);
  blocking_.erase(run->record()->id);
  if (ended_) ended_(run->record()->id, std::move(end));
}

void BodyRunner::end_coroutine(const TaskRun& run, BodyEnd end) {
  std::lock_guard lock(mutex_);
  coroutines_.erase(run->record()->id);
  if (ended_ && !loop_left_) ended_(run->record()->id, std::move(end));
}

bool BodyRunner::stop(std::chrono::milliseconds grace) {
  const auto until = std::chrono::steady_clock::now() + grace;
  const auto rest = [&] {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
  };
  stop_blocking_bodies();
  const bool threads_ended = threads_.stop_within(rest());
  const bool loop_ended = loop_.stop_within(rest());
  if (!threads_ended)
    for (const TaskPtr& task : still_running())
      log_warning("{} ignores its stop: it was handed back, and its body is left to itself", name_of(*task));
  if (!loop_ended) leave_loop();
  return threads_ended && loop_ended;
}

/// A stop reaches them by way of the loop: where that is held up, here.
void BodyRunner::stop_blocking_bodies() {
  std::vector<TaskRun> runs;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, run] : blocking_) runs.push_back(run);
  }
  for (const TaskRun& run : runs) run->stop_blocking(StopReason::lease_lost);
}

/// Its tasks may be run anew at once: what the old bodies end with is no news any more.
void BodyRunner::leave_loop() {
  std::lock_guard lock(mutex_);
  loop_left_ = true;
  for (const auto& [id, task] : coroutines_)
    log_warning("{} blocks the task loop, or waits behind one that does: it was handed back", name_of(*task));
}

std::vector<TaskPtr> BodyRunner::still_running() const {
  std::lock_guard lock(mutex_);
  std::vector<TaskPtr> tasks;
  for (const auto& [id, run] : blocking_) tasks.push_back(run->record());
  return tasks;
}

void BodyRunner::cut() {
  std::lock_guard lock(mutex_);
  ended_ = nullptr;
}

void BodyRunner::abandon(std::shared_ptr<BodyRunner> bodies) {
  // Never destroyed: at the end of the process bodies may still run.
  static std::mutex& mutex = *new std::mutex;
  static auto& kept = *new std::vector<std::shared_ptr<BodyRunner>>;
  std::lock_guard lock(mutex);
  std::erase_if(kept, [](const auto& old) { return old->threads_.has_ended() && old->loop_.has_ended(); });
  kept.push_back(std::move(bodies));
}

}  // namespace taskrunner::core
