#pragma once

#include <taskrunner/store.hpp>

#include "core/record_importer.hpp"
#include "core/state_machine.hpp"
#include "store/claim_cursor.hpp"
#include "store/feed_ring.hpp"
#include "store/open_store.hpp"
#include "store/session_table.hpp"
#include "store/sqlite_file.hpp"
#include "store/sqlite_schema.hpp"
#include "store/task_table.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace taskrunner::store {

/// One collection of an SQLite file. Every change runs on the file's writer thread (group commit) and reads the whole
/// truth from there; core/state_machine.hpp decides, this stores. Queries run on connections of their own.
class SqliteStore final : public Store, public core::RecordImporter {
 public:
  /// Makes the tables where they are missing, and ends all sessions: whoever opened them is gone, since this process
  /// has the file's lock.
  SqliteStore(std::shared_ptr<SqliteFile> file, std::string collection, StoreOptions options);
  ~SqliteStore() override;

  std::string describe() const override;
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
  /// What only the writer's thread touches; made there.
  struct Writer {
    Writer(Database& database, const std::string& collection);
    TaskTable tasks;
    SessionTable sessions;
    Statement over;  ///< completed tasks whose time to be deleted has come
    std::vector<std::unique_ptr<ClaimStatements>> claims;
    std::vector<FeedEvent> events;  ///< of the job that runs
  };
  struct Claimed {
    std::shared_ptr<TaskRecord> task;
    std::optional<RawValues> values;  ///< where they are not in `task` yet
  };

  /// Runs `work` in the writer's transaction and returns its answer when it is durable and the feed has been told.
  template <typename Result>
  Result write(const std::function<Result()>& work);

  void note(FeedEvent::Kind kind, const TaskRecord& task, TaskPtr whole = nullptr);
  void note_session_end(const ObjectId& session);
  core::TransitionContext context() { return {options_.clock->wall_ms(), options_.keep, options_.random->fraction()}; }

  AddResult add_one(const TaskPtr& record, const EncodedValues& values, const NewTask& asked);
  AddResult import_one(const TaskPtr& record, const EncodedValues& values);
  TransitionResult apply_one(const Transition& transition);
  TransitionResult remove(const StoredTask& before);
  TransitionResult carry_out(const Transition& transition, const StoredTask& before);
  std::vector<Claimed> claim_now(const ClaimRequest& request, ClaimResult& result);
  Claimed take(Candidate candidate, const ClaimRequest& request, const TopicDemand& topic, std::int64_t now_ms);
  ClaimStatements& claim_statements(std::size_t cursor);
  SweepResult sweep_now(std::size_t limit);
  std::size_t purge_now(std::size_t limit);

  struct Picked {
    Candidate candidate;
    const TopicDemand* topic;
  };
  std::vector<Picked> pick(const ClaimRequest& request, std::int64_t now_ms, ClaimResult& result);

  const std::shared_ptr<SqliteFile> file_;
  const std::string collection_;
  const StoreOptions options_;
  FeedRing ring_;
  std::unique_ptr<Writer> writer_;
};

template <typename Result>
Result SqliteStore::write(const std::function<Result()>& work) {
  Result result{};
  std::vector<FeedEvent> events;
  file_->write({[&] {
                  writer_->events.clear();
                  result = work();
                  events = std::exchange(writer_->events, {});
                },
                [&] { ring_.publish(std::move(events)); }, [this] { writer_->tasks.forget(); }});
  return result;
}

}  // namespace taskrunner::store
