#pragma once

#include <taskrunner/error.hpp>
#include <taskrunner/store.hpp>

#include "core/record_importer.hpp"

#include <atomic>
#include <memory>

namespace taskrunner::api {

/// For tests: a store that can be reached, or not, as told.
class StoreThatGoesAway final : public Store, public core::RecordImporter {
 public:
  explicit StoreThatGoesAway(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  std::atomic<bool> is_away{false};

  std::string describe() const override { return store_->describe(); }
  std::vector<AddResult> add(std::span<const NewTask> tasks) override { return there().add(tasks); }
  std::vector<AddResult> import_records(std::span<const TaskRecord> tasks) override {
    return dynamic_cast<core::RecordImporter&>(there()).import_records(tasks);
  }
  ClaimResult claim(const ClaimRequest& request) override { return there().claim(request); }
  std::vector<TransitionResult> apply(std::span<const Transition> changes) override { return there().apply(changes); }
  TaskPtr get(const ObjectId& id) override { return there().get(id); }
  std::vector<TaskPtr> find(const Query& query) override { return there().find(query); }
  std::int64_t count(const Json& filter) override { return there().count(filter); }
  std::size_t purge(std::size_t limit) override { return there().purge(limit); }
  void open_session(const SessionInfo& session, std::int64_t ms) override { there().open_session(session, ms); }
  bool renew_session(const ObjectId& session, std::int64_t ms) override { return there().renew_session(session, ms); }
  void close_session(const ObjectId& session) override { there().close_session(session); }
  std::vector<ObjectId> expire_sessions(std::int64_t grace_ms) override { return there().expire_sessions(grace_ms); }
  bool lose_session(const ObjectId& session) override { return there().lose_session(session); }
  std::vector<SessionInfo> sessions() override { return there().sessions(); }
  SweepResult sweep(std::size_t limit) override { return there().sweep(limit); }
  std::vector<HeldTask> held_by(const ObjectId& session) override { return there().held_by(session); }
  std::optional<std::int64_t> last_tick(const std::string& schedule) override { return there().last_tick(schedule); }
  void advance_tick(const std::string& schedule, std::int64_t ms) override { there().advance_tick(schedule, ms); }
  Feed& feed() override { return store_->feed(); }

 private:
  Store& there() const {
    if (is_away) throw Error(ErrorCode::unavailable, "the store is away: try again later");
    return *store_;
  }

  const std::shared_ptr<Store> store_;
};

}  // namespace taskrunner::api
