#pragma once

#include <taskrunner/store.hpp>

#include <memory>

namespace taskrunner::test {

/// A store that is another one, but for what a test does in between.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  std::string describe() const override { return store_->describe(); }
  std::vector<AddResult> add(std::span<const NewTask> tasks) override { return here().add(tasks); }
  ClaimResult claim(const ClaimRequest& request) override { return here().claim(request); }
  std::vector<TransitionResult> apply(std::span<const Transition> transitions) override {
    return here().apply(transitions);
  }
  TaskPtr get(const ObjectId& id) override { return here().get(id); }
  std::vector<TaskPtr> find(const Query& query) override { return here().find(query); }
  std::int64_t count(const Json& filter) override { return here().count(filter); }
  std::size_t purge(std::size_t limit) override { return here().purge(limit); }
  void open_session(const SessionInfo& session, std::int64_t length_ms) override {
    here().open_session(session, length_ms);
  }
  bool renew_session(const ObjectId& session, std::int64_t length_ms) override {
    return here().renew_session(session, length_ms);
  }
  void close_session(const ObjectId& session) override { here().close_session(session); }
  std::vector<ObjectId> expire_sessions(std::int64_t grace_ms) override { return here().expire_sessions(grace_ms); }
  bool lose_session(const ObjectId& session) override { return here().lose_session(session); }
  std::vector<SessionInfo> sessions() override { return here().sessions(); }
  SweepResult sweep(std::size_t limit) override { return here().sweep(limit); }
  std::vector<HeldTask> held_by(const ObjectId& session) override { return here().held_by(session); }
  std::optional<std::int64_t> last_tick(const std::string& schedule) override { return here().last_tick(schedule); }
  void advance_tick(const std::string& schedule, std::int64_t tick_ms) override { here().advance_tick(schedule, tick_ms); }
  Feed& feed() override { return store_->feed(); }

 protected:
  /// Before each verb.
  virtual Store& here() { return *store_; }

 private:
  const std::shared_ptr<Store> store_;
};

}  // namespace taskrunner::test
