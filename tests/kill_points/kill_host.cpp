// kill_host STORE POINT: a host that ends by SIGKILL when it comes to that point, such as "before claim", "after complete"
// or "run"; with "none" it ends by itself when every task has ended. It says on its output what it ran and what it added.
#include <taskrunner/taskrunner.hpp>

#include "base/clock.hpp"
#include "core/runner.hpp"
#include "store/open_store.hpp"
#include "support/forwarding_store.hpp"

#include <fmt/format.h>

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

namespace taskrunner {
namespace {

using namespace std::chrono_literals;

std::string point_of_death;

void reach(const std::string& point) {
  if (point == point_of_death) std::raise(SIGKILL);
}

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

template <typename Kind>
bool has(std::span<const Transition> transitions) {
  return std::any_of(transitions.begin(), transitions.end(), [](const Transition& one) { return std::holds_alternative<Kind>(one); });
}

/// Dies before a verb is asked for, or when the store has done it and nobody knows yet.
class KillStore final : public test::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  std::vector<AddResult> add(std::span<const NewTask> tasks) override {
    reach("before add");
    auto added = ForwardingStore::add(tasks);
    reach("after add");
    return added;
  }
  ClaimResult claim(const ClaimRequest& request) override {
    reach("before claim");
    ClaimResult claimed = ForwardingStore::claim(request);
    if (!claimed.tasks.empty()) reach("after claim");
    return claimed;
  }
  std::vector<TransitionResult> apply(std::span<const Transition> transitions) override {
    const std::string verb = has<CompleteTask>(transitions) ? "complete" : has<ReleaseTask>(transitions) ? "release" : "other";
    reach("before " + verb);
    auto applied = ForwardingStore::apply(transitions);
    reach("after " + verb);
    return applied;
  }
  SweepResult sweep(std::size_t limit) override {
    reach("before reap");
    const SweepResult swept = ForwardingStore::sweep(limit);
    if (swept.reaped > 0) reach("after reap");
    return swept;
  }
};

Json work(Json, Context& context) {
  say(fmt::format("ran {} {}", context.task().id.hex(), context.epoch()));
  reach("run");
  // To be handed back it must be there when the host is asked to end.
  while (point_of_death.ends_with("release")) {
    std::this_thread::sleep_for(2ms);
    context.checkpoint_blocking();
  }
  return Json{{"epoch", context.epoch()}};
}

void await_all_ended(Store& store) {
  std::mutex mutex;
  std::condition_variable changed;
  bool told = true;
  const auto listener = store.feed().listen([&] {
    std::lock_guard lock(mutex);
    told = true;
    changed.notify_one();
  });
  while (store.count(Json{{"state", Json{{"$ne", "completed"}}}}) > 0) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, 100ms, [&] { return std::exchange(told, false); });
  }
}

void serve(const std::string& url) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // before any thread: each inherits it
  const auto store = std::make_shared<KillStore>(store::open_store(url, {&system_clock(), nullptr, {}}));
  core::RunnerOptions options;
  options.instance = "host";
  options.base_url = "http://host";
  core::Runner host(options, store, std::make_shared<Random>(Random::system_seed()), system_clock());
  host.handle("work#1", make_factory(work), {});
  host.start();
  NewTask late;
  late.versioned_topic = "work#1";
  late.unique_key = "late";
  say("added " + host.add_blocking({late}).at(0).task->id.hex());
  if (point_of_death == "none") {
    await_all_ended(*store);
  } else {
    int signal = 0;
    sigwait(&ending, &signal);
    host.drain();
    host.wait_until_drained();
  }
  host.stop(true);
}

}  // namespace
}  // namespace taskrunner

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  taskrunner::point_of_death = argv[2];
  taskrunner::serve(argv[1]);
}
