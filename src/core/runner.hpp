#pragma once

#include <taskrunner/store.hpp>
#include <taskrunner/task.hpp>

#include "base/clock.hpp"
#include "base/loop.hpp"
#include "base/random.hpp"
#include "core/body_runner.hpp"
#include "core/progress_pump.hpp"
#include "core/running_task.hpp"
#include "core/schedule_book.hpp"
#include "core/scheduler.hpp"
#include "core/store_executor.hpp"
#include "core/store_failures.hpp"
#include "core/task_logs.hpp"
#include "core/task_service.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace taskrunner::core {

struct RunnerOptions {
  std::string instance;
  std::string base_url;  ///< origin of this host, e.g. http://127.0.0.1:8080
  std::size_t max_running = 16;
  std::int64_t session_ms = 30'000;
  std::int64_t drain_ms = 30'000;
  std::int64_t grace_ms = 5'000;  ///< how long stop() waits for bodies whose tasks were handed back
  std::string watch_address = {};  ///< "IP:PORT"; empty where nobody can watch it
};

/// The thin shell around the Scheduler: does what it says on real threads, and tells it what happened.
/// One engine loop decides, a BodyRunner runs the bodies, store threads wait for the store.
/// Every member may be called from any thread; handle() and schedule() before start().
class Runner final : public TaskService, private BodyHost {
 public:
  Runner(RunnerOptions options, std::shared_ptr<Store> store, std::shared_ptr<Random> random, const Clock& clock);
  ~Runner() override;

  void handle(std::string versioned_topic, std::shared_ptr<TaskFactory> factory, TopicOptions options);
  void schedule(Schedule schedule) { schedules_.add(std::move(schedule)); }
  void set_base_url(std::string base_url) { options_.base_url = std::move(base_url); }
  /// Where other hosts watch this one live; before start(), like set_base_url().
  void set_watch_address(std::string address) { options_.watch_address = std::move(address); }

  void start();
  /// Asks; returns at once. wait_until_drained() waits for it.
  void drain();
  void release_all();
  void wait_until_drained();
  /// Drains (force: releases at once), waits, ends the session and the threads. Harmless twice. A body that ignores its
  /// stop is left to itself after `grace_ms`: it can do no harm to the runner, which may be destroyed or started again.
  void stop(bool force);

  /// For callers that block: the same verbs, on the caller's thread.
  std::vector<AddResult> add_blocking(std::vector<NewTask> tasks);
  Store& store() { return executor_.store(); }

  awaitable<std::vector<AddResult>> add(std::vector<NewTask> tasks) override;
  awaitable<std::vector<AddResult>> import_records(std::vector<TaskRecord> tasks) override;
  awaitable<TransitionResult> signal(ObjectId id, SignalOp op, std::string by) override;
  awaitable<TransitionResult> retry(ObjectId id) override;
  awaitable<TransitionResult> remove(ObjectId id) override;
  awaitable<TaskPtr> get(ObjectId id) override;
  awaitable<std::vector<TaskPtr>> find(Query query) override;
  awaitable<std::int64_t> count(Json filter) override;
  awaitable<std::vector<SessionInfo>> hosts() override;
  /// The session that this host has or is about to open; zero while it does not run.
  ObjectId session() const;
  /// Marks another host's session lost, whose death is proven; false where it was marked or gone already.
  awaitable<bool> lose_session(ObjectId session);
  Feed& feed() override { return executor_.store().feed(); }
  TaskPtr running_here(const ObjectId& id) const override;
  std::vector<TaskPtr> running_now() const override;
  std::vector<LogLine> logs(const ObjectId& id) const override;
  Json progress(const ObjectId& id) const override;
  const std::string& instance() const override { return options_.instance; }
  std::vector<std::string> topics() const override;
  bool is_ready() const override { return ready_; }
  void listen(std::weak_ptr<RunnerListener> listener) override;

 private:
  struct Topic {
    std::shared_ptr<TaskFactory> factory;
    TopicOptions options;
  };

  // BodyHost: from bodies' threads.
  void body_paused(const ObjectId& id) override;
  void progress_made(std::shared_ptr<RunningTask> task) override;
  void logged(const ObjectId& id, const LogLine& line) override;
  void update(const ObjectId& id, UpdateTask update, std::function<void(TransitionStatus)> answered) override;
  std::int64_t wall_ms() const override { return clock_.wall_ms(); }

  // On the engine loop.
  Now now() const { return {clock_.boot_ms(), clock_.wall_ms()}; }
  void begin();
  /// The last of this life; the session that it had.
  ObjectId end_life();
  void stop_bodies();
  void note_ended(const ObjectId& id, BodyEnd end);
  /// Tells the scheduler one thing, then does all that it wants done.
  void tell(const std::function<void(Scheduler&)>& event);
  void perform(std::vector<Action> actions);
  void arm_timer();
  void read_feed();
  void take_ended_bodies();
  void pump_progress();
  void add_due_ticks();

  void perform(ClaimTasks action);
  void perform(StartBody action);
  void perform(StopBody action);
  void perform(PauseBody action);
  void perform(ResumeBody action);
  void perform(WriteBatch action);
  void perform(UpdateAnswered action);
  void perform(TaskEnded action);
  void perform(OpenSession action);
  void perform(RenewSession action);
  void perform(ExpireSessions action);
  void perform(SweepTasks action);
  void perform(PurgeTasks action);
  void perform(ReconcileTasks action);
  void start_queued_bodies();

  /// Runs `work` on the task loop with the running task of that id, if it runs here. On the engine loop.
  void on_task(const ObjectId& id, std::function<void(RunningTask&)> work);
  void tell_listeners(const std::function<void(RunnerListener&)>& tell_one) const;

  /// Empty where the task may be added as it is now (after the factory's validation), else why not.
  std::string refusal_of(NewTask& task) const;
  void prepare(std::vector<NewTask>& tasks, std::vector<std::string>& refusals) const;
  bool is_listed_by_a_host(const std::string& topic) const;

  RunnerOptions options_;
  const std::shared_ptr<Random> random_;
  const Clock& clock_;
  mutable StoreExecutor executor_;
  std::map<std::string, Topic> topics_;
  ScheduleBook schedules_;

  Loop engine_{"engine"};
  std::shared_ptr<BodyRunner> bodies_;                  ///< of this life
  std::vector<std::shared_ptr<BodyRunner>> abandoned_;  ///< of earlier ones, with bodies that ignored their stop
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<boost::asio::steady_timer> timer_;
  std::unique_ptr<boost::asio::steady_timer> progress_timer_;
  std::unique_ptr<Feed::Listener> feed_listener_;
  FeedCursor feed_cursor_;
  std::atomic<bool> feed_told_{false};
  ProgressPump progress_pump_;
  std::vector<StartBody> to_start_;
  std::map<std::uint64_t, std::function<void(TransitionStatus)>> updates_;
  std::uint64_t last_ticket_ = 0;
  std::int64_t timer_at_boot_ms_ = 0;

  StoreFailures failures_;
  std::atomic<bool> ready_{false};
  mutable std::mutex mutex_;  ///< what follows is read from other threads
  std::unordered_map<ObjectId, std::shared_ptr<RunningTask>> running_;
  TaskLogs ended_logs_;
  std::vector<EndedBody> ended_bodies_;
  std::vector<std::shared_ptr<RunningTask>> progress_made_;
  std::vector<std::weak_ptr<RunnerListener>> listeners_;
  ObjectId session_;
  bool started_ = false;
  bool drained_ = true;
  std::condition_variable drained_changed_;
};

}  // namespace taskrunner::core
