#pragma once

#include "base/random.hpp"
#include "core/scheduler_action.hpp"
#include "core/session_lease.hpp"
#include "core/slots.hpp"
#include "core/write_queue.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace taskrunner::core {

struct SchedulerOptions {
  std::string instance;
  std::string base_url;         ///< origin of this host
  std::string public_url_base;  ///< a task's publicUrl is this + its id
  std::size_t max_running = 16;
  std::vector<TopicLimit> topics;
  std::int64_t session_ms = 30'000;
  std::int64_t drain_ms = 30'000;
  ProcessIdentity process = {};    ///< what other hosts prove this one's death by
  std::string watch_address = {};  ///< where they watch it
};

/// What a host decides: which tasks to claim, what their bodies are told, what is written of them, and when.
/// A pure machine: events in (members that take Now), actions out (take_actions); no thread, clock, socket
/// or store. The runner does what it says; the simulation does the same under a virtual clock.
class Scheduler {
 public:
  Scheduler(SchedulerOptions options, std::shared_ptr<Random> random);

  /// Before start(): a body of this host's earlier life still runs. It keeps its place, and its task is not run here
  /// before the body has ended.
  void note_earlier_body(const TaskRecord& task);
  void start(const Now& now);
  /// No more claims; bodies are asked to unwind and their tasks go back.
  void drain(const Now& now);
  /// Hands back at once what is still held, whether its body has unwound or not.
  void release_all(const Now& now);
  /// Nothing held, nothing unwritten, no claim under way.
  bool is_idle() const;
  /// Idle, and it will stay so: a host that is not draining may be about to claim.
  bool is_drained() const { return draining_ && is_idle(); }

  void on_timer(const Now& now);
  void on_feed(const FeedBatch& batch, const Now& now);
  void on_claimed(const ClaimResult& result, const Now& now);
  /// The claim failed, or nobody knows: what it may have claimed is found by reconciliation.
  void on_claim_failed(const Now& now);
  void on_body_paused(const ObjectId& id, const Now& now);
  void on_bodies_ended(std::vector<EndedBody> ended, const Now& now);
  /// A running body wants to be stored; answered by UpdateAnswered with the same ticket (0: not answered).
  void on_update(const ObjectId& id, UpdateTask update, std::uint64_t ticket, const Now& now);
  void on_written(std::uint64_t batch, std::vector<TransitionResult> results, const Now& now);
  void on_write_failed(std::uint64_t batch, const Now& now);
  void on_session_renewed(bool still_open, const Now& now);
  void on_session_failed(const Now& now);
  void on_swept(const SweepResult& result, const Now& now);
  void on_reconciled(const std::vector<HeldTask>& held, const Now& now);
  void on_reconcile_failed(const Now& now);

  std::vector<Action> take_actions();
  /// When on_timer is to be called though nothing else happened.
  std::int64_t wake_boot_ms(const Now& now) const;

  const ObjectId& session() const { return lease_.id(); }
  bool is_ready(const Now& now) const { return started_ && !draining_ && lease_.holds(now); }
  std::size_t held_count() const { return held_.size(); }
  std::size_t unwritten_count() const { return writes_.size(); }

 private:
  enum class Phase : std::uint8_t {
    running,
    pausing,        ///< the body is told, and has not reached a checkpoint
    taking_pause,   ///< it waits; the store is being told
    paused,         ///< it waits; the store knows
    taking_resume,  ///< the store is being told
    stopping,       ///< the body is told to unwind
    ended,          ///< the body has returned; its end is being written
  };
  struct Held {
    TaskPtr task;
    Phase phase = Phase::running;
    StopReason reason = StopReason::asked;  ///< while stopping
    bool disowned = false;                  ///< no longer ours in the store: nothing is written of it
    std::optional<SignalOp> signal;         ///< the newest that the feed told
    std::int64_t signal_rev = 0;
    Fence fence() const { return {task->id, task->lease->token, *task->lease->session}; }
  };
  using HeldMap = std::unordered_map<ObjectId, Held>;

  // scheduler_claim.cpp
  void claim_if_free(const Now& now);
  void note_arrival(const FeedEvent& event, const Now& now);
  void adopt_claimed(const TaskPtr& task);
  void hope_for_all();
  bool holds_lossy() const;

  // scheduler_signal.cpp
  /// What a read or an event told of a held task's signal, at which revision.
  struct SignalNews {
    std::int64_t rev = 0;
    std::optional<SignalOp> signal;
  };
  void on_own_event(const FeedEvent& event);
  void take_news(Held& held, const SignalNews& news);
  void follow_signal(Held& held);
  void stop_body(Held& held, StopReason reason);
  void on_signal_taken(Held& held, SignalOp op, TransitionStatus status);

  // scheduler_end.cpp
  void on_body_ended(const ObjectId& id, BodyEnd end);
  Transition end_of(const Held& held, BodyEnd end) const;
  Transition end_of_stopping(const Held& held, BodyEnd end) const;
  std::optional<Transition> end_in_place_of(const Held& held, const WriteQueue::Answer& refused) const;
  void disown(Held& held);
  void forget(const ObjectId& id);
  void on_answer(const WriteQueue::Answer& answer);

  // scheduler_session.cpp
  void keep_session(const Now& now);
  void stop_if_lapsed(const Now& now);
  void do_housekeeping(const Now& now);
  void release_unknown(const HeldTask& task);

  void settle(const Now& now);
  void write_what_can_be(const Now& now);
  template <typename A>
  void act(A action) {
    actions_.emplace_back(std::move(action));
  }

  const SchedulerOptions options_;
  const std::shared_ptr<Random> random_;
  Slots slots_;
  SessionLease lease_;
  WriteQueue writes_;
  HeldMap held_;
  std::unordered_map<ObjectId, std::string> orphans_;  ///< topics of bodies that run on though their task went back
  std::vector<Action> actions_;

  bool started_ = false;
  bool draining_ = false;
  bool lapsed_ = false;
  std::int64_t drain_until_boot_ms_ = 0;

  /// Topics of which a claim could find something. By topic: one that had no free place when another was asked for
  /// must not be forgotten.
  std::unordered_set<std::string> hopeful_topics_;
  std::vector<std::string> asked_topics_;  ///< by the claim in flight
  bool claim_in_flight_ = false;
  std::int64_t claim_not_before_boot_ms_ = 0;
  std::int64_t claim_failures_ = 0;
  std::optional<std::int64_t> next_due_wall_ms_;
  std::unordered_map<ObjectId, SignalNews> early_news_;  ///< of tasks whose claim is not answered yet

  bool reconcile_in_flight_ = false;
  std::unordered_set<ObjectId> held_at_reconcile_;
  std::int64_t next_reconcile_boot_ms_ = 0;
  std::int64_t next_sweep_boot_ms_ = 0;
  std::int64_t next_purge_boot_ms_ = 0;
};

}  // namespace taskrunner::core
