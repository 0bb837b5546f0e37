#pragma once

#include <taskrunner/store.hpp>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "core/record_importer.hpp"
#include "core/state_machine.hpp"
#include "store/feed_ring.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace taskrunner::store {

/// A store in this process's memory: for tests, the simulation, and programs whose tasks need not outlive them.
/// One mutex; deterministic where its clock and randomness are.
class MemoryStore final : public Store, public core::RecordImporter {
 public:
  MemoryStore(const Clock& clock, std::shared_ptr<Random> random, KeepPolicy keep);

  std::string describe() const override { return "memory:"; }
  std::vector<AddResult> add(std::span<const NewTask> tasks) override;
  std::vector<AddResult> import_records(std::span<const TaskRecord> tasks) override;
  ClaimResult claim(const ClaimRequest& request) override;
  std::vector<TransitionResult> apply(std::span<const Transition> transitions) override;
  TaskPtr get(const ObjectId& id) override;
  std::vector<TaskPtr> find(const Query& query) override;
  std::int64_t count(const Json& filter) override;
  std::size_t purge(std::size_t limit) override;
  void open_session(const SessionInfo& session, std::int64_t length_ms) override;
  bool renew_session(const ObjectId& session, std::int64_t length_ms) override;
  void close_session(const ObjectId& session) override;
  std::vector<ObjectId> expire_sessions(std::int64_t grace_ms) override;
  bool lose_session(const ObjectId& session) override;
  std::vector<SessionInfo> sessions() override;
  SweepResult sweep(std::size_t limit) override;
  std::vector<HeldTask> held_by(const ObjectId& session) override;
  std::optional<std::int64_t> last_tick(const std::string& schedule) override;
  void advance_tick(const std::string& schedule, std::int64_t tick_ms) override;
  Feed& feed() override { return ring_; }

 private:
  /// A claimable task's place in the claim order of its topic: priority, then due time, then id.
  struct ClaimKey {
    double negative_priority;
    std::int64_t due_ms;
    ObjectId id;
    friend auto operator<=>(const ClaimKey&, const ClaimKey&) = default;
  };
  using ClaimIndex = std::set<ClaimKey>;
  class Changes;

  static ClaimKey key_of(const TaskRecord& task);
  void index(const TaskRecord& task);
  void unindex(const TaskRecord& task);
  void replace(const TaskPtr& before, TaskPtr after, Changes& changes);
  void erase(const TaskPtr& task, Changes& changes);
  AddResult add_one(const NewTask& task, Changes& changes);
  AddResult import_one(const TaskRecord& task, Changes& changes);
  TaskPtr find_known(const ObjectId& id, const std::optional<std::string>& unique_key) const;
  void put_new(const TaskPtr& record, Changes& changes);
  TransitionResult apply_one(const Transition& transition, Changes& changes);
  core::TransitionContext context() { return {clock_.wall_ms(), keep_, random_->fraction()}; }
  struct TopicScan;
  std::vector<TopicScan> scans_of(const ClaimRequest& request);
  bool at_claimable(TopicScan& scan, bool may_take_lossy, std::int64_t now_ms) const;
  std::vector<std::pair<TaskPtr, const TopicDemand*>> pick(const ClaimRequest& request, std::int64_t now_ms, bool& more);
  std::optional<std::int64_t> next_due_ms(const ClaimRequest& request, std::int64_t now_ms) const;
  bool is_lost(const ObjectId& session) const;

  const Clock& clock_;
  const std::shared_ptr<Random> random_;
  const KeepPolicy keep_;
  FeedRing ring_;

  std::mutex mutex_;
  std::map<ObjectId, TaskPtr> tasks_;
  std::map<std::string, ClaimIndex, std::less<>> claimable_;  ///< by topic; the waiting ones too
  using TimeIndex = std::set<std::pair<std::int64_t, ObjectId>>;
  std::map<std::string, TimeIndex, std::less<>> due_;  ///< by topic: the claimable ones with a due time
  TimeIndex over_;                                     ///< completed ones by deleteAt
  std::unordered_map<std::string, ObjectId> unique_keys_;
  std::map<ObjectId, ObjectId> held_;  ///< task → session
  std::map<ObjectId, SessionInfo> sessions_;
  std::map<std::string, std::int64_t> ticks_;
};

}  // namespace taskrunner::store
