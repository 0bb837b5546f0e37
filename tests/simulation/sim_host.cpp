#include "simulation/sim_host.hpp"

namespace taskrunner::simulation {

using namespace core;

template <typename Event>
void SimHost::tell(Event event) {
  if (!scheduler_) return;
  event(*scheduler_);
  for (Action& action : scheduler_->take_actions()) perform(std::move(action));
  arm_timer();
}

void SimHost::arm_timer() {
  const std::uint64_t timer = ++timer_;
  const std::int64_t wait_ms = scheduler_->wake_boot_ms(now()) - now().boot_ms;
  parts_.queue.after(wait_ms, [this, timer, life = life_] {
    if (timer == timer_ && life == life_) tell([&](Scheduler& scheduler) { scheduler.on_timer(now()); });
  });
}

void SimHost::boot() {
  kill();
  ++life_;
  SchedulerOptions options;
  options.instance = name_;
  options.base_url = "http://" + name_;
  options.public_url_base = options.base_url + "/tasks/";
  options.max_running = 4;
  options.topics = {{"work#1", 0, true}, {"narrow#1", 1, false}};
  options.session_ms = 3'000;
  options.drain_ms = 500;
  scheduler_ = std::make_unique<Scheduler>(options, parts_.random);
  cursor_ = parts_.store.feed().now();
  feed_read_planned_ = false;
  parts_.trace.add("{} boots", name_);
  tell([&](Scheduler& scheduler) { scheduler.start(now()); });
}

void SimHost::kill() {
  if (!scheduler_) return;
  parts_.trace.add("{} is killed", name_);
  ++life_;
  scheduler_.reset();
  for (const auto& [id, body] : bodies_) parts_.history.body_over(name_, id);
  bodies_.clear();
}

void SimHost::drain() {
  parts_.trace.add("{} drains", name_);
  tell([&](Scheduler& scheduler) { scheduler.drain(now()); });
}

void SimHost::feed_told() {
  if (!scheduler_ || std::exchange(feed_read_planned_, true)) return;
  parts_.queue.after(delay_ms(), [this, life = life_] {
    if (life != life_) return;
    feed_read_planned_ = false;
    const FeedBatch batch = parts_.store.feed().read(cursor_, 100);
    cursor_ = batch.next;
    const bool full = batch.events.size() == 100;
    tell([&](Scheduler& scheduler) { scheduler.on_feed(batch, now()); });
    if (full) feed_told();
  });
}

template <typename Verb, typename Answer>
void SimHost::ask_store(Verb verb, Answer answer) {
  parts_.queue.after(delay_ms(), [this, verb = std::move(verb), answer = std::move(answer), life = life_]() mutable {
    // A request of a host that died on the way arrives or not.
    if (life != life_ && parts_.random->below(2) == 0) return;
    auto result = verb(parts_.store);
    parts_.queue.after(delay_ms(), [this, result = std::move(result), answer = std::move(answer), life]() mutable {
      if (life == life_) answer(std::move(result));
    });
  });
}

void SimHost::perform(Action action) {
  std::visit(
      [this](auto& act) {
        using A = std::decay_t<decltype(act)>;
        if constexpr (std::is_same_v<A, ClaimTasks>) {
          ask_store([request = act.request](Store& store) { return store.claim(request); },
                    [this](ClaimResult result) {
                      tell([&](Scheduler& scheduler) { scheduler.on_claimed(result, now()); });
                    });
        } else if constexpr (std::is_same_v<A, StartBody>) {
          start_body(act.task);
        } else if constexpr (std::is_same_v<A, StopBody>) {
          if (const auto body = bodies_.find(act.id); body != bodies_.end()) {
            body->second.stop_asked = true;
            if (act.reason == StopReason::lease_lost) parts_.history.body_over(name_, act.id);
            if (std::exchange(body->second.waiting, false)) step_body(act.id);
          }
        } else if constexpr (std::is_same_v<A, PauseBody>) {
          if (const auto body = bodies_.find(act.id); body != bodies_.end()) body->second.pause_asked = true;
        } else if constexpr (std::is_same_v<A, ResumeBody>) {
          if (const auto body = bodies_.find(act.id); body != bodies_.end()) {
            body->second.pause_asked = false;
            if (std::exchange(body->second.waiting, false)) step_body(act.id);
          }
        } else if constexpr (std::is_same_v<A, WriteBatch>) {
          ask_store([transitions = act.transitions](Store& store) { return store.apply(transitions); },
                    [this, batch = act.batch](std::vector<TransitionResult> results) {
                      tell([&](Scheduler& scheduler) { scheduler.on_written(batch, std::move(results), now()); });
                    });
        } else if constexpr (std::is_same_v<A, OpenSession>) {
          ask_store(
              [act](Store& store) {
                store.open_session(act.session, act.length_ms);
                return true;
              },
              [this](bool) { tell([&](Scheduler& scheduler) { scheduler.on_session_renewed(true, now()); }); });
        } else if constexpr (std::is_same_v<A, RenewSession>) {
          ask_store([act](Store& store) { return store.renew_session(act.session, act.length_ms); },
                    [this](bool open) {
                      tell([&](Scheduler& scheduler) { scheduler.on_session_renewed(open, now()); });
                    });
        } else if constexpr (std::is_same_v<A, ExpireSessions>) {
          ask_store([act](Store& store) { return store.expire_sessions(act.grace_ms); },
                    [](const std::vector<ObjectId>&) {});
        } else if constexpr (std::is_same_v<A, SweepTasks>) {
          ask_store([act](Store& store) { return store.sweep(act.limit); },
                    [this](SweepResult result) {
                      tell([&](Scheduler& scheduler) { scheduler.on_swept(result, now()); });
                    });
        } else if constexpr (std::is_same_v<A, PurgeTasks>) {
          ask_store([act](Store& store) { return store.purge(act.limit); }, [](std::size_t) {});
        } else if constexpr (std::is_same_v<A, ReconcileTasks>) {
          ask_store([act](Store& store) { return store.held_by(act.session); },
                    [this](const std::vector<HeldTask>& held) {
                      tell([&](Scheduler& scheduler) { scheduler.on_reconciled(held, now()); });
                    });
        }
      },
      action);
}

void SimHost::start_body(const TaskPtr& task) {
  parts_.history.body_started(name_, *task);
  Body body;
  body.task = task;
  body.steps_left = static_cast<int>(parts_.random->below(4));
  bodies_[task->id] = body;
  parts_.queue.after(0, [this, id = task->id, life = life_] {
    if (life == life_) step_body(id);
  });
}

/// A body reaches a checkpoint: stops, waits, saves, goes on or ends.
void SimHost::step_body(const ObjectId& id) {
  const auto found = bodies_.find(id);
  if (found == bodies_.end()) return;
  Body& body = found->second;
  if (body.waiting) return;
  if (body.stop_asked && parts_.random->below(4) != 0) {
    BodyEnd end;
    end.kind = BodyEnd::Kind::stopped;
    return end_body(id, std::move(end));
  }
  if (body.pause_asked && !body.stop_asked) {
    body.waiting = true;
    return tell([&](Scheduler& scheduler) { scheduler.on_body_paused(id, now()); });
  }
  if (body.steps_left-- <= 0) return end_body(id, random_end(body));
  const auto length_ms = static_cast<std::int64_t>(parts_.random->fraction() * 2 * parts_.body_length_ms);
  parts_.queue.after(length_ms, [this, id, epoch = body.task->epoch, life = life_] {
    const auto still = bodies_.find(id);
    if (life == life_ && still != bodies_.end() && still->second.task->epoch == epoch) step_body(id);
  });
  if (parts_.random->below(3) == 0) {
    UpdateTask save;
    save.checkpoint = Json{{"left", body.steps_left}};
    tell([&](Scheduler& scheduler) { scheduler.on_update(id, std::move(save), 1, now()); });
  }
}

BodyEnd SimHost::random_end(const Body& body) {
  BodyEnd end;
  const std::uint64_t dice = parts_.random->below(20);
  if (dice == 0) {
    end.kind = BodyEnd::Kind::again;
    end.wait_ms = static_cast<std::int64_t>(parts_.random->below(3'000));
  } else if (dice <= 3) {
    end.kind = BodyEnd::Kind::failed;
    end.error = "it did not work";
    end.permanent = dice == 1;
  } else {
    end.response = Json{{"epoch", body.task->epoch}};
  }
  return end;
}

void SimHost::end_body(const ObjectId& id, BodyEnd end) {
  parts_.history.body_over(name_, id);
  bodies_.erase(id);
  std::vector<EndedBody> ended;
  ended.push_back({id, std::move(end)});
  tell([&](Scheduler& scheduler) { scheduler.on_bodies_ended(std::move(ended), now()); });
}

}  // namespace taskrunner::simulation
