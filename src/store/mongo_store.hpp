#pragma once

#include <taskrunner/store.hpp>

#include "core/record_importer.hpp"
#include "core/state_machine.hpp"
#include "store/index_builder.hpp"
#include "store/mongo_command.hpp"
#include "store/mongo_feed.hpp"
#include "store/mongo_time.hpp"
#include "store/mongo_update.hpp"
#include "store/odd_documents.hpp"
#include "store/old_runners.hpp"
#include "store/open_store.hpp"
#include "store/periodic_thread.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::store {

/// A collection of a MongoDB replica set, shared by any number of hosts and by whoever else writes tasks there.
///
/// Each transition is one update of one document under a guard, by the primary's clock; what
/// core/state_machine.hpp says is either carried out by the server itself (mongo_update.hpp: what owners do, in
/// batches), or decided here over the document and written if it has not changed since (what operators ask, one by
/// one). Documents that are no tasks of ours are left alone.
///
/// The session of a claim is looked up unless this store opened or renewed it itself within its length: whatever a
/// session claims after it was marked lost is reaped with the rest.
class MongoStore final : public Store, public core::RecordImporter {
 public:
  /// Makes what is missing of indexes (and where topics are shared, the validator), and opens the feed. Throws Error as
  /// open_store() does.
  MongoStore(MongoCollections names, StoreOptions options);
  ~MongoStore() override;

  std::string describe() const override { return commands_.names().shown; }
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
  Feed& feed() override { return feed_; }

  /// Of topics that are shared with runners of the old kind; done again and again by a thread of the store's: puts the
  /// validator back, touches what has been running here for long, so that they do not take it for left behind, and
  /// adopts what dead ones left. Throws as every verb.
  void keep_sharing();
  const OldRunners& old_runners() const { return old_runners_; }

 private:
  struct Candidates;
  struct Read;
  struct Statement;
  using Tasks = std::vector<TaskPtr>;
  using Records = std::vector<std::shared_ptr<TaskRecord>>;  ///< nobody else's yet

  const std::string& tasks() const { return commands_.names().tasks; }
  const std::string& hosts() const { return commands_.names().hosts; }
  /// Null where it is no task of ours.
  std::shared_ptr<TaskRecord> decode(std::string_view bson);
  Tasks find_tasks(const JsonObject& filter, JsonObject options, MongoCommands::Reads reads);
  MongoWritten update(const std::string& collection, JsonArray statements, WriteTries tries) {
    return commands_.update(collection, std::move(statements), tries);
  }
  /// Of tasks, in terms of expression::now_text().
  MongoWritten update_by_clock(JsonArray statements, WriteTries tries);

  // Adds.
  struct NewDocument;
  struct Known;
  std::vector<AddResult> insert(std::vector<NewDocument>& documents);
  void resolve(const std::vector<NewDocument>& documents, const std::vector<MongoWritten::Failure>& failures,
               std::vector<AddResult>& results);
  Known find_known(std::span<const NewDocument* const> refused);
  static AddResult beside(const NewDocument& document, const Known& known);

  // Transitions.
  void apply_round(std::span<const Transition> all, std::span<const std::size_t> round,
                   std::vector<TransitionResult>& results);
  void apply_statements(std::span<const Transition> all, std::span<Statement> statements,
                        std::vector<TransitionResult>& results);
  void settle(std::span<const Transition> all, const Statement& statement, bool none_was_done,
              std::vector<TransitionResult>& results);
  TransitionResult settle_one(const Transition& transition, const TaskRecord& now, bool was_broken_off,
                              bool none_was_done);
  TransitionResult apply_decided(const Transition& transition);
  std::optional<TransitionResult> try_deciding(const Transition& transition);
  MongoUpdateContext update_context() const { return {time_.now(), options_.keep}; }

  // Claims.
  bool is_open(const ObjectId& session);
  Read read_candidates(const JsonObject& filter, std::size_t limit);
  Candidates find_candidates(const ClaimRequest& request, std::int64_t now_ms);
  Tasks take(const ClaimRequest& request, const Records& candidates, std::int64_t now_ms);
  Tasks as_claimed(const ClaimRequest& request, const Records& candidates);
  Tasks read_back(const ClaimRequest& request, const Records& candidates);
  std::optional<std::int64_t> next_due_ms(const ClaimRequest& request, std::int64_t now_ms);

  // Sessions.
  MongoCommands& renewals(std::int64_t length_ms);
  void know_session(const ObjectId& session, std::int64_t sent_boot_ms, std::int64_t length_ms);
  void forget_session(const ObjectId& session);
  bool mark_lost(const ObjectId& session, JsonObject filter);
  std::vector<ReapTask> orphans(std::size_t limit);
  std::size_t count_dead(JsonArray ids);

  // Sharing.
  void prepare_collection();
  void touch_long_running();
  std::size_t adopt();

  const StoreOptions options_;
  MongoCommands commands_;
  MongoTime time_;
  IndexBuilder indexes_;
  OddDocuments odd_;
  OldRunners old_runners_;
  std::mutex sessions_mutex_;
  std::unique_ptr<MongoCommands> renewals_;         ///< with a pool of its own: no other verb delays a renewal
  std::map<ObjectId, std::int64_t> open_sessions_;  ///< of this store: until when, by this machine's boot clock
  std::atomic<std::size_t> odd_in_front_ = 0;       ///< odd documents that the last claim had to read past
  MongoFeed feed_;
  std::unique_ptr<PeriodicThread> sharing_;  ///< where topics are shared
};

}  // namespace taskrunner::store
