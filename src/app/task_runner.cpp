#include <taskrunner/task_runner.hpp>

#include "app/fleet_link.hpp"
#include "app/live_watches.hpp"
#include "app/shared_door.hpp"
#include "app/wait_for_end.hpp"
#include "base/log.hpp"
#include "core/runner.hpp"
#include "store/open_store.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <mutex>

namespace taskrunner {
namespace {

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "host";
}

std::int64_t wall_ms_of(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

core::RunnerOptions runner_options(const TaskRunnerOptions& options, std::uint16_t port, std::string origin) {
  core::RunnerOptions out;
  out.instance = options.instance.empty() ? host_name() + ":" + std::to_string(port ? port : getpid()) : options.instance;
  out.base_url = options.public_url.empty() ? std::move(origin) : options.public_url;
  out.max_running = options.max_running;
  out.session_ms = options.session.count();
  out.drain_ms = options.drain.count();
  out.grace_ms = options.grace.count();
  return out;
}

store::StoreOptions store_options(const TaskRunnerOptions& options, const std::shared_ptr<Random>& random) {
  store::StoreOptions out;
  out.random = random;
  out.keep = options.keep;
  out.share_topics = options.share_topics;
  return out;
}

/// Without such files a hang-up ends the process, as it ends any other.
bool has_files_to_reload(const SecurityOptions& security) {
  return security.authentication != Authentication::none || !security.tls_cert.empty();
}

void reload_at(boost::asio::signal_set& hangups, TaskRunner& runner) {
  hangups.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    runner.reload();
    reload_at(hangups, runner);
  });
}

}  // namespace

/// The port is opened first, so that the host's name and URL are known, and closed last.
class TaskRunner::Impl {
 public:
  explicit Impl(TaskRunnerOptions given)
      : options(std::move(given)),
        random(std::make_shared<Random>(Random::system_seed())),
        store(store::open_store(options.store, store_options(options, random))) {
    open_door();
    runner = std::make_unique<core::Runner>(
        runner_options(options, door ? door->port() : 0, door ? door->origin() : ""), store, random, system_clock());
    if (store::is_shared(options.store)) fleet = std::make_unique<app::FleetLink>(*runner, options.death_proof);
  }
  ~Impl() {
    if (watches) watches->close();
    stop(true);
    runner.reset();
  }

  void open_door() {
    if (options.listen.empty() || door) return;
    door = app::SharedDoor::open({options.listen, options.allow_origins, options.public_url, options.security});
    port = door->port();
  }

  api::RunnerPlace place() const {
    api::RunnerPlace place{options.socket_namespace, fleet != nullptr};
    place.origin = options.public_url.empty() ? door->origin() : options.public_url;
    if (fleet && options.relay) place.relay_url = place.origin;
    return place;
  }

  void start() {
    std::lock_guard lock(mutex);
    if (started) return;
    open_door();
    // After a stop the port may be another.
    if (door && options.public_url.empty()) runner->set_base_url(door->origin());
    if (door) door->attach(*runner, place());
    if (fleet && options.security.authentication != Authentication::none && options.security.fleet_secret_file.empty())
      log_warning("tasks that other hosts of the store run cannot be followed through this one: give all of them the same "
                  "--fleet-secret-file");
    if (fleet) fleet->start(door ? app::reachable_ip(door->address(), options.public_url) : "");
    runner->start();
    started = true;
  }

  void reload() {
    std::lock_guard lock(mutex);
    if (door) door->reload();
  }

  void stop(bool force) {
    std::lock_guard lock(mutex);
    if (std::exchange(started, false)) {
      runner->stop(force);
      if (fleet) fleet->stop();
      if (door) door->detach(*runner);
    }
    door.reset();
    port = 0;
  }

  app::LiveWatches& live_watches() {
    std::lock_guard lock(watches_mutex);
    if (!watches) watches = std::make_shared<app::LiveWatches>(store);
    return *watches;
  }

  TransitionResult apply(Transition transition) {
    return std::move(store->apply(std::span(&transition, 1)).at(0));
  }

  TaskRunnerOptions options;
  std::shared_ptr<Random> random;
  std::shared_ptr<Store> store;
  std::shared_ptr<app::SharedDoor> door;
  std::unique_ptr<app::FleetLink> fleet;  ///< where others share the store; its loop outlives the runner's last answer
  std::unique_ptr<core::Runner> runner;
  std::mutex watches_mutex;
  std::shared_ptr<app::LiveWatches> watches;  ///< once there is one
  std::atomic<std::uint16_t> port = 0;
  std::mutex mutex;  ///< one start or stop at a time
  bool started = false;
};

TaskRunner::TaskRunner(TaskRunnerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
TaskRunner::~TaskRunner() = default;

void TaskRunner::handle(std::string versioned_topic, std::shared_ptr<TaskFactory> factory, TopicOptions options) {
  impl_->runner->handle(std::move(versioned_topic), std::move(factory), options);
}

void TaskRunner::schedule(std::string name, std::string_view cron, std::string_view zone, NewTask task) {
  impl_->runner->schedule({std::move(name), core::Cron(cron, zone), std::move(task)});
}

ObjectId TaskRunner::add_json(std::string versioned_topic, Json data, const AddOptions& options) {
  NewTask task;
  task.versioned_topic = std::move(versioned_topic);
  task.data = std::move(data);
  task.priority = options.priority;
  if (options.wait_until) task.wait_until_ms = wall_ms_of(*options.wait_until);
  task.unique_key = options.unique_key;
  task.max_attempts = options.max_attempts;
  task.applicant = options.applicant;
  std::vector<NewTask> tasks;
  tasks.push_back(std::move(task));
  const std::vector<AddResult> results = add_many(std::move(tasks));
  if (results.at(0).error) throw Error(*results[0].error, results[0].reason);
  return results[0].task->id;
}

std::vector<AddResult> TaskRunner::add_many(std::vector<NewTask> tasks) {
  return impl_->runner->add_blocking(std::move(tasks));
}

std::optional<TaskRecord> TaskRunner::wait(const ObjectId& id, std::optional<std::chrono::milliseconds> timeout) {
  return app::wait_for_end(*impl_->store, id, timeout);
}

TaskPtr TaskRunner::get(const ObjectId& id) { return impl_->store->get(id); }
std::vector<TaskPtr> TaskRunner::find(const Query& query) { return impl_->store->find(query); }

std::unique_ptr<Watch> TaskRunner::watch(Query query, std::function<void(const std::vector<TaskPtr>&)> on_change) {
  return impl_->live_watches().watch(std::move(query), std::move(on_change));
}

TransitionResult TaskRunner::signal(const ObjectId& id, SignalOp op) {
  return impl_->apply(SignalTask{id, op, impl_->runner->instance()});
}
TransitionResult TaskRunner::retry(const ObjectId& id) { return impl_->apply(RetryTask{id}); }
TransitionResult TaskRunner::erase(const ObjectId& id) { return impl_->apply(RemoveTask{id}); }

void TaskRunner::start() { impl_->start(); }

void TaskRunner::run(const std::function<void()>& on_started) {
  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](auto, int) { io.stop(); });
  boost::asio::signal_set hangups(io);
  if (has_files_to_reload(impl_->options.security)) {
    hangups.add(SIGHUP);
    reload_at(hangups, *this);
  }
  start();
  if (on_started) on_started();
  io.run();
  log_info("asked to end: running tasks go on to their next checkpoint, then back; once more ends at once");
  io.restart();
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) impl_->runner->release_all();
  });
  std::thread drainer([&] {
    drain();
    boost::asio::post(io, [&] { io.stop(); });
  });
  io.run();
  drainer.join();
  stop(true);
}

void TaskRunner::reload() { impl_->reload(); }

void TaskRunner::drain() {
  impl_->runner->drain();
  impl_->runner->wait_until_drained();
}

void TaskRunner::stop(bool force) { impl_->stop(force); }

std::vector<TaskPtr> TaskRunner::running_now() const { return impl_->runner->running_now(); }
std::uint16_t TaskRunner::port() const { return impl_->port; }
const std::string& TaskRunner::instance() const { return impl_->runner->instance(); }

}  // namespace taskrunner
