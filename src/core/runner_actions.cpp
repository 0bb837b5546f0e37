// What the scheduler wants done, done: each verb on a store thread, each answer told on the engine loop.

#include "base/log.hpp"
#include "core/runner.hpp"

namespace taskrunner::core {

void Runner::perform(std::vector<Action> actions) {
  for (Action& action : actions)
    std::visit([this](auto& chosen) { perform(std::move(chosen)); }, action);
  start_queued_bodies();
}

void Runner::perform(ClaimTasks action) {
  executor_.post([this, request = std::move(action.request)] {
    try {
      engine_.post([this, result = executor_.store().claim(request)] {
        tell([&](Scheduler& scheduler) { scheduler.on_claimed(result, now()); });
      });
      failures_.claims.worked();
    } catch (const Error& error) {
      failures_.claims.failed(error.what());
      engine_.post([this] { tell([&](Scheduler& scheduler) { scheduler.on_claim_failed(now()); }); });
    }
  });
}

void Runner::perform(StartBody action) { to_start_.push_back(std::move(action)); }

/// One hop to the task loop for all that one event started.
void Runner::start_queued_bodies() {
  if (to_start_.empty()) return;
  struct Run {
    std::shared_ptr<RunningTask> task;
    std::shared_ptr<TaskFactory> factory;
  };
  std::vector<Run> runs;
  runs.reserve(to_start_.size());
  {
    std::lock_guard lock(mutex_);
    for (StartBody& start : std::exchange(to_start_, {})) {
      const auto& factory = topics_.at(start.task->versioned_topic).factory;
      runs.push_back({bodies_->make(std::move(start.task)), factory});
      running_[runs.back().task->record()->id] = runs.back().task;
    }
  }
  for (const Run& run : runs)
    tell_listeners([&](RunnerListener& listener) { listener.on_started(run.task->record()); });
  bodies_->post([bodies = bodies_.get(), runs = std::move(runs)] {
    for (const Run& run : runs) bodies->start(run.task, run.factory);
  });
}

void Runner::perform(StopBody action) {
  on_task(action.id, [reason = action.reason](RunningTask& task) { task.stop(reason); });
}

void Runner::perform(PauseBody action) {
  on_task(action.id, [](RunningTask& task) { task.pause(); });
}

void Runner::perform(ResumeBody action) {
  on_task(action.id, [](RunningTask& task) { task.resume(); });
}

void Runner::perform(WriteBatch action) {
  executor_.post([this, batch = action.batch, transitions = std::move(action.transitions)] {
    try {
      engine_.post([this, batch, results = executor_.store().apply(transitions)]() mutable {
        tell([&](Scheduler& scheduler) { scheduler.on_written(batch, std::move(results), now()); });
      });
      failures_.results.worked();
    } catch (const Error& error) {
      failures_.results.failed(error.what());
      engine_.post([this, batch] { tell([&](Scheduler& scheduler) { scheduler.on_write_failed(batch, now()); }); });
    }
  });
}

void Runner::perform(UpdateAnswered action) {
  const auto found = updates_.find(action.ticket);
  if (found == updates_.end()) return;
  found->second(action.status);
  updates_.erase(found);
}

void Runner::perform(TaskEnded action) {
  {
    std::lock_guard lock(mutex_);
    const auto found = running_.find(action.id);
    if (found == running_.end()) return;
    ended_logs_.keep(action.id, found->second->log_lines());
    running_.erase(found);
  }
  tell_listeners([&](RunnerListener& listener) { listener.on_ended(action.id); });
}

void Runner::perform(OpenSession action) {
  executor_.post_session([this, action = std::move(action)] {
    try {
      executor_.store().open_session(action.session, action.length_ms);
      engine_.post([this] { tell([&](Scheduler& scheduler) { scheduler.on_session_renewed(true, now()); }); });
      failures_.session.worked();
    } catch (const Error& error) {
      failures_.session.failed(error.what());
      engine_.post([this] { tell([&](Scheduler& scheduler) { scheduler.on_session_failed(now()); }); });
    }
  });
}

void Runner::perform(RenewSession action) {
  executor_.post_session([this, action] {
    try {
      const bool open = executor_.store().renew_session(action.session, action.length_ms);
      if (!open) log_warning("this host's session was taken for lost: its tasks are stopped, it begins anew");
      engine_.post([this, open] { tell([&](Scheduler& scheduler) { scheduler.on_session_renewed(open, now()); }); });
      failures_.session.worked();
    } catch (const Error& error) {
      failures_.session.failed(error.what());
      engine_.post([this] { tell([&](Scheduler& scheduler) { scheduler.on_session_failed(now()); }); });
    }
  });
}

void Runner::perform(ExpireSessions action) {
  executor_.post([this, action] {
    try {
      for (const ObjectId& lost : executor_.store().expire_sessions(action.grace_ms))
        log_warning("session {} has lapsed: its tasks are run again", lost.hex());
      failures_.expiry.worked();
    } catch (const Error& error) {
      failures_.expiry.failed(error.what());
    }
  });
}

void Runner::perform(SweepTasks action) {
  executor_.post([this, action] {
    try {
      const SweepResult result = executor_.store().sweep(action.limit);
      if (result.reaped) log_info("{} tasks of lost hosts go back ({} of them dead)", result.reaped, result.dead);
      engine_.post([this, result] { tell([&](Scheduler& scheduler) { scheduler.on_swept(result, now()); }); });
      failures_.sweeps.worked();
    } catch (const Error& error) {
      failures_.sweeps.failed(error.what());
    }
  });
}

void Runner::perform(PurgeTasks action) {
  executor_.post([this, action] {
    try {
      executor_.store().purge(action.limit);
      failures_.purges.worked();
    } catch (const Error& error) {
      failures_.purges.failed(error.what());
    }
  });
}

void Runner::perform(ReconcileTasks action) {
  executor_.post([this, action] {
    try {
      engine_.post([this, held = executor_.store().held_by(action.session)] {
        tell([&](Scheduler& scheduler) { scheduler.on_reconciled(held, now()); });
      });
      failures_.reconciliation.worked();
    } catch (const Error& error) {
      failures_.reconciliation.failed(error.what());
      engine_.post([this] { tell([&](Scheduler& scheduler) { scheduler.on_reconcile_failed(now()); }); });
    }
  });
}

}  // namespace taskrunner::core
