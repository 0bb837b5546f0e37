// Recurring tasks, with the store's clock moved to where a tick is due.
#include "engine/engine_fixture.hpp"

namespace taskrunner::engine {
namespace {

constexpr std::int64_t minute_ms = 60'000;

class Schedules : public EngineTest {
 protected:
  Schedules() : store(open_store(clock)) {
    // Half a minute from any tick, so that none comes but when the test says so.
    clock.shift_ms = minute_ms / 2 - clock.wall_ms() % minute_ms;
    start_ms = clock.wall_ms();
  }

  std::unique_ptr<core::Runner> start_host() {
    auto host = std::make_unique<core::Runner>(runner_options(), store, std::make_shared<Random>(Random::system_seed()), clock);
    auto body = [story = story](Json, Context& context) -> awaitable<Json> {
      story->say(std::to_string(context.task().schedule.value().tick_ms));
      co_return Json();
    };
    host->handle("tick#1", make_factory(std::move(body)), {});
    NewTask task;
    task.versioned_topic = "tick#1";
    task.data = Json();
    host->schedule({"each minute", core::Cron("* * * * *", "UTC"), task});
    host->start();
    return host;
  }
  static std::string tick_before(std::int64_t time_ms) { return std::to_string(time_ms / minute_ms * minute_ms); }
  /// The schedule is known to the store: from now on its ticks count.
  void await_begun() {
    while (!store->last_tick("each minute")) std::this_thread::yield();
  }

  ShiftedClock clock;
  std::int64_t start_ms = 0;
  const std::shared_ptr<Store> store;
};

TEST_P(Schedules, ATickMakesItsTaskOnceOverAllHosts) {
  const auto one = start_host();
  const auto other = start_host();
  await_begun();
  clock.shift_ms += minute_ms;
  const std::string tick = tick_before(clock.wall_ms());
  story->await(tick);
  clock.shift_ms += minute_ms;
  story->await(tick_before(clock.wall_ms()));
  EXPECT_EQ(story->lines().size(), 2u);
  EXPECT_EQ(store->count(Json{{"schedule.name", "each minute"}}), 2);
}

TEST_P(Schedules, ARestartDoesNotFireATickTwice) {
  auto host = start_host();
  await_begun();
  clock.shift_ms += minute_ms;
  story->await(tick_before(clock.wall_ms()));
  // Its end too: what a stop interrupts is rightly run once more.
  for (const TaskPtr& task : store->find({}))
    await_task(*store, task->id, in_state(TaskState::completed));
  for (int i = 0; i < 3; ++i) {
    host->stop(i == 0);
    if (i == 1) host = start_host();
    host->start();
  }
  clock.shift_ms += minute_ms;
  story->await(tick_before(clock.wall_ms()));
  EXPECT_EQ(story->lines().size(), 2u);
  EXPECT_EQ(store->count(Json{{"schedule.name", "each minute"}}), 2);
}

TEST_P(Schedules, AfterATimeDownOneIsCaughtUp) {
  store->advance_tick("each minute", start_ms - 100 * minute_ms);
  const auto host = start_host();
  story->await(tick_before(start_ms));
  clock.shift_ms += minute_ms;
  story->await(tick_before(clock.wall_ms()));
  EXPECT_EQ(story->lines().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Stores, Schedules, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
