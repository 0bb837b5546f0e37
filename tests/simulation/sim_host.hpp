#pragma once

#include "core/scheduler.hpp"
#include "simulation/history.hpp"
#include "simulation/virtual_time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace taskrunner::simulation {

/// What all hosts of a world share.
struct WorldParts {
  VirtualClock& clock;
  EventQueue& queue;
  std::shared_ptr<Random> random;
  Store& store;
  History& history;
  Trace& trace;
  double body_length_ms = 200;  ///< mean
};

/// One host: the real Scheduler, whose actions reach the store late, whose answers come later or are lost with it, and
/// whose bodies are random. It can be killed between any two steps, and come back as a new process.
class SimHost {
 public:
  SimHost(std::string name, WorldParts parts) : name_(std::move(name)), parts_(parts) {}

  void boot();
  /// kill -9: what was sent and has not arrived may still arrive; no answer is heard.
  void kill();
  bool is_alive() const { return scheduler_ != nullptr; }
  /// There are changes in the feed.
  void feed_told();
  void drain();
  bool is_idle() const { return !scheduler_ || scheduler_->is_idle(); }
  const std::string& name() const { return name_; }

 private:
  struct Body {
    TaskPtr task;
    bool pause_asked = false;
    bool waiting = false;  ///< at a checkpoint
    bool stop_asked = false;
    int steps_left = 0;
  };

  core::Now now() const { return {parts_.clock.boot_ms(), parts_.clock.wall_ms()}; }
  template <typename Event>
  void tell(Event event);
  void arm_timer();
  void perform(core::Action action);
  /// Runs `verb` at the store after a while, and `answer` here after another, if this life of the host lasts.
  template <typename Verb, typename Answer>
  void ask_store(Verb verb, Answer answer);
  void start_body(const TaskPtr& task);
  void step_body(const ObjectId& id);
  void end_body(const ObjectId& id, core::BodyEnd end);
  core::BodyEnd random_end(const Body& body);
  std::int64_t delay_ms() { return static_cast<std::int64_t>(parts_.random->below(8)); }

  const std::string name_;
  WorldParts parts_;
  std::unique_ptr<core::Scheduler> scheduler_;
  std::uint64_t life_ = 0;
  std::uint64_t timer_ = 0;
  FeedCursor cursor_;
  bool feed_read_planned_ = false;
  std::unordered_map<ObjectId, Body> bodies_;
};

}  // namespace taskrunner::simulation
