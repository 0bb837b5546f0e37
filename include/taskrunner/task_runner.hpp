#pragma once

#include <taskrunner/death_proof.hpp>
#include <taskrunner/convert.hpp>
#include <taskrunner/query.hpp>
#include <taskrunner/security.hpp>
#include <taskrunner/store.hpp>
#include <taskrunner/task.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner {

struct TaskRunnerOptions {
  /// `sqlite:PATH`, `memory:`; `?collection=NAME` for another collection than `tasks`. Runners of one process
  /// may share a file.
  std::string store = "sqlite:task-runner.db";
  /// ADDRESS:PORT of HTTP and Socket.IO (port 0: any free one); empty: no door. Two runners of one process with the
  /// same address share the port; their namespaces must differ.
  std::string listen = "127.0.0.1:8080";
  /// Origin under which others reach this host; empty: http:// and the listen address.
  std::string public_url = "";
  /// This host's name in `worker`; empty: <hostname>:<port>.
  std::string instance = "";
  /// Socket.IO namespace of the runner.
  std::string socket_namespace = "/tasks";
  /// Tasks that run at once, unless a topic has its own limit.
  std::size_t max_running = 16;
  /// How long ended tasks are kept.
  KeepPolicy keep = {};
  /// The host's lease on its tasks; renewed each sixth of it.
  std::chrono::milliseconds session = std::chrono::seconds(30);
  /// After SIGTERM tasks have so long to reach a checkpoint.
  std::chrono::milliseconds drain = std::chrono::seconds(30);
  /// stop() and the destructor wait so long for bodies whose tasks were handed back and who were told to stop. One that
  /// still does not return is named in the log and left to itself, on its thread, until it does: nothing that it does
  /// with its Context has an effect any more. What it captured by reference must outlive it; where nothing does, make
  /// this as long as the body can take.
  std::chrono::milliseconds grace = std::chrono::seconds(5);
  /// How soon the tasks of a host that died go to others, where hosts share a store.
  DeathProof death_proof = DeathProof::peers;
  /// On MongoDB: runners of the old kind (without sessions) may have the same topics in the same collection. A validator
  /// then keeps them from tasks that are held here, and what dead ones left is taken up; see docs/operating.md.
  bool share_topics = false;
  /// Where hosts share a store: serves the namespaces of tasks that other live hosts run, by relaying to them, and tells
  /// clients this host's address in `publicUrl` (the store keeps the other's).
  bool relay = false;
  /// Browser origins that may connect besides the host's own and its fleet's.
  std::vector<std::string> allow_origins = {};
  /// Who may connect, and how. Without it, `listen` must be a loopback address.
  SecurityOptions security = {};
};

/// What an add may say beside topic and data.
struct AddOptions {
  std::optional<double> priority = std::nullopt;
  std::optional<std::chrono::system_clock::time_point> wait_until = std::nullopt;
  std::optional<std::string> unique_key = std::nullopt;
  std::optional<std::int64_t> max_attempts = std::nullopt;
  std::optional<std::string> applicant = std::nullopt;
};

/// A live list: `on_change` gets the whole result, first at once and then when it changed, on a thread of the runner,
/// one call at a time. Ends when destroyed; not from within its own callback.
class Watch {
 public:
  virtual ~Watch() = default;
};

/// A host: claims tasks of its topics from a store, runs them, and shows them to clients.
///
/// Every member may be called from any thread, but handle() and schedule() only before start(). Verbs that
/// reach the store block until it answered, and throw Error. Not to be called from a coroutine body (it would hold up
/// the task loop).
class TaskRunner {
 public:
  /// Opens the store; throws Error where it cannot.
  explicit TaskRunner(TaskRunnerOptions options = {});
  /// stop(true).
  ~TaskRunner();
  TaskRunner(const TaskRunner&) = delete;
  TaskRunner& operator=(const TaskRunner&) = delete;

  /// Tasks of that topic are run here, by this body; see make_factory().
  template <typename Body>
    requires(!std::is_convertible_v<Body, std::shared_ptr<TaskFactory>>)
  void handle(std::string versioned_topic, Body body, TopicOptions options = {}) {
    handle(std::move(versioned_topic), make_factory(std::move(body)), options);
  }
  void handle(std::string versioned_topic, std::shared_ptr<TaskFactory> factory, TopicOptions options = {});

  /// A recurring task: one for each time that the cron expression (five fields) names in that IANA zone, over all
  /// hosts. A local time that daylight saving skips fires at the gap's end, one that occurs twice fires once; after a
  /// time down, one catch-up at most. Throws Error{invalid_argument}.
  void schedule(std::string name, std::string_view cron, std::string_view zone, NewTask task);

  /// Durable when it returns. With a unique key that stands there already, that task's id.
  template <typename Data>
  ObjectId add(std::string versioned_topic, const Data& data, const AddOptions& options = {}) {
    return add_json(std::move(versioned_topic), to_json(data), options);
  }
  ObjectId add_json(std::string versioned_topic, Json data, const AddOptions& options = {});
  std::vector<AddResult> add_many(std::vector<NewTask> tasks);

  /// Waits for the task's end, on whichever host; nothing where the time is over first.
  /// Throws Error{not_found} where there is no such task (any more).
  std::optional<TaskRecord> wait(const ObjectId& id,
                                 std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  TaskPtr get(const ObjectId& id);
  std::vector<TaskPtr> find(const Query& query);
  std::unique_ptr<Watch> watch(Query query, std::function<void(const std::vector<TaskPtr>&)> on_change);

  /// Stop, pause, resume: asks the task's host, wherever it runs. retry: once more, with fresh attempts.
  /// erase: gone from the store. `ok()` says whether it may be so.
  TransitionResult signal(const ObjectId& id, SignalOp op);
  TransitionResult retry(const ObjectId& id);
  TransitionResult erase(const ObjectId& id);

  /// Begins to serve and to run tasks; returns at once. Harmless twice; possible again after stop().
  /// Throws Error where the port is taken or the store away.
  void start();
  /// start(), then waits for SIGTERM or SIGINT (a second one releases at once), drains, returns. `on_started` is called
  /// on this thread once it runs and either signal ends it politely.
  void run(const std::function<void()>& on_started = {});
  /// Reads the files of options.security anew: certificate, tokens, keys. Clients whose token is gone are sent away. What
  /// cannot be read stays as it was, and the log says so. run() does it at SIGHUP where there are such files.
  void reload();
  /// No new claims; running tasks unwind at their next checkpoint and go back, what does not within options.drain
  /// is handed back all the same. Returns when nothing runs any more.
  void drain();
  /// Drains (force: hands everything back at once), ends its session, closes the door. start() goes on. Takes
  /// options.drain (force: nothing), 5 s where the store is away, and options.grace at the longest.
  void stop(bool force = false);

  /// The tasks that run here now, as claimed.
  std::vector<TaskPtr> running_now() const;

  /// The port that is listened at; 0 without door.
  std::uint16_t port() const;
  const std::string& instance() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taskrunner
