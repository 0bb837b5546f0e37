#include "simulation/world.hpp"

#include "store/memory_store.hpp"

namespace taskrunner::simulation {
namespace {

constexpr std::size_t task_count = 40;
constexpr std::int64_t busy_ms = 20'000;             // tasks come and hosts die for so long
constexpr std::int64_t longest_ms = 4 * 3'600'000;   // by then everything has ended, backoffs included

class World {
 public:
  explicit World(std::uint64_t seed)
      : random_(std::make_shared<Random>(seed)),
        queue_(clock_, *random_),
        store_(clock_, random_, KeepPolicy{}),
        history_(trace_),
        documents_(store_.feed().want_documents()),
        listener_(store_.feed().listen([this] { feed_told(); })),
        cursor_(store_.feed().now()) {
    const WorldParts parts{clock_, queue_, random_, store_, history_, trace_};
    for (const char* name : {"a", "b", "c"}) hosts_.push_back(std::make_unique<SimHost>(name, parts));
  }

  void run(RunReport& report) {
    for (auto& host : hosts_) plan_boot(*host, random_->below(50));
    plan_adds();
    plan_meddling();
    for (auto& host : hosts_) plan_death(*host);
    queue_.after(busy_ms + 15'000, [this] { resume_all(); });
    while (!is_over() && queue_.step()) {
      ++report.steps;
      follow_feed();
      if (clock_.now_ms > longest_ms) break;
    }
    history_.check_all_ended(ids_.size());
  }

  void fill(RunReport& report) const {
    report.tasks = ids_.size();
    report.starts = history_.starts();
    report.kills = kills_;
  }
  const Trace& trace() const { return trace_; }

 private:
  bool is_over() const { return clock_.now_ms > busy_ms && ids_.size() == task_count && history_.ended() == task_count; }

  void feed_told() {
    for (auto& host : hosts_) host->feed_told();
  }

  void follow_feed() {
    while (true) {
      const FeedBatch batch = store_.feed().read(cursor_, 1'000);
      cursor_ = batch.next;
      if (batch.lost) throw Violation("the feed was lost");
      if (batch.events.empty()) return;
      for (const FeedEvent& event : batch.events) history_.note(event);
    }
  }

  void plan_boot(SimHost& host, std::uint64_t delay_ms) {
    queue_.after(static_cast<std::int64_t>(delay_ms), [&host] { host.boot(); });
  }

  /// Each host dies some times, now by kill -9, now by drain and kill.
  void plan_death(SimHost& host) {
    if (clock_.now_ms > busy_ms) return;
    queue_.after(static_cast<std::int64_t>(200 + random_->below(9'000)), [this, &host] {
      if (clock_.now_ms > busy_ms) return;
      if (random_->below(3) == 0) host.drain();
      const auto drain_ms = static_cast<std::int64_t>(random_->below(700));
      queue_.after(drain_ms, [this, &host] {
        ++kills_;
        host.kill();
        plan_boot(host, random_->below(6'000));
        plan_death(host);
      });
    });
  }

  void plan_adds() {
    for (std::size_t i = 0; i < task_count; ++i) {
      queue_.after(static_cast<std::int64_t>(random_->below(busy_ms)), [this] {
        NewTask task;
        task.id = random_->object_id(clock_.wall_ms());
        task.versioned_topic = random_->below(4) == 0 ? "narrow#1" : "work#1";
        if (random_->below(3) == 0) task.priority = static_cast<double>(random_->below(3));
        if (random_->below(4) == 0)
          task.wait_until_ms = clock_.wall_ms() + static_cast<std::int64_t>(random_->below(5'000));
        store_.add(std::span(&task, 1));
        ids_.push_back(task.id);
      });
    }
  }

  /// An operator who stops, pauses, resumes and retries.
  void plan_meddling() {
    queue_.after(static_cast<std::int64_t>(random_->below(300)), [this] {
      if (!ids_.empty()) {
        const ObjectId id = ids_[random_->below(ids_.size())];
        const std::uint64_t dice = random_->below(12);
        Transition transition = dice < 4    ? Transition(SignalTask{id, SignalOp::pause, "op"})
                                : dice < 9  ? Transition(SignalTask{id, SignalOp::resume, "op"})
                                : dice < 10 ? Transition(SignalTask{id, SignalOp::stop, "op"})
                                            : Transition(RetryTask{id});
        store_.apply(std::span(&transition, 1));
      }
      if (clock_.now_ms < busy_ms) plan_meddling();
    });
  }

  /// At the end nothing stays paused; asked again until all has ended, since a pause may still be under way.
  void resume_all() {
    for (const ObjectId& id : ids_) {
      Transition transition = SignalTask{id, SignalOp::resume, "op"};
      store_.apply(std::span(&transition, 1));
    }
    queue_.after(5'000, [this] { resume_all(); });
  }

  VirtualClock clock_;
  std::shared_ptr<Random> random_;
  EventQueue queue_;
  store::MemoryStore store_;
  Trace trace_;
  History history_;
  std::vector<std::unique_ptr<SimHost>> hosts_;
  std::unique_ptr<Feed::Listener> documents_;
  std::unique_ptr<Feed::Listener> listener_;
  FeedCursor cursor_;
  std::vector<ObjectId> ids_;
  std::size_t kills_ = 0;
};

}  // namespace

RunReport run_seed(std::uint64_t seed) {
  RunReport report;
  World world(seed);
  try {
    world.run(report);
  } catch (const std::exception& violation) {
    report.violation = violation.what();
    report.trace.assign(world.trace().lines().begin(), world.trace().lines().end());
  }
  world.fill(report);
  return report;
}

}  // namespace taskrunner::simulation
