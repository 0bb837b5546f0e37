// runner.watch: a program's own live list.
#include "app/live_watches.hpp"
#include "engine/away_store.hpp"
#include "engine/engine_fixture.hpp"

#include <thread>

namespace taskrunner::engine {
namespace {

/// The lists that a watch gave, in order.
class Lists {
 public:
  std::function<void(const std::vector<TaskPtr>&)> taker() {
    return [this](const std::vector<TaskPtr>& list) {
      std::lock_guard lock(mutex_);
      lists_.push_back(list);
      came_.notify_all();
    };
  }
  /// Waits for a list of which that holds; false where none comes.
  bool await(const std::function<bool(const std::vector<TaskPtr>&)>& holds) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, patience, [&] { return std::any_of(lists_.begin(), lists_.end(), holds); });
  }
  std::size_t count() const {
    std::lock_guard lock(mutex_);
    return lists_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::vector<TaskPtr>> lists_;
};

std::function<bool(const std::vector<TaskPtr>&)> has_priorities(std::vector<double> priorities) {
  return [priorities = std::move(priorities)](const std::vector<TaskPtr>& list) {
    return std::equal(list.begin(), list.end(), priorities.begin(), priorities.end(),
                      [](const TaskPtr& task, double priority) { return task->priority == priority; });
  };
}

class Watches : public EngineTest {
 protected:
  Watches() : runner(options()) {
    runner.handle("waits#1", [](Json data, Context&) { return data; });
  }
  ObjectId add(double priority) {
    return runner.add("waits#1", Json(), {.priority = priority, .wait_until = std::chrono::system_clock::now() + 24h});
  }
  static Query highest(std::int64_t skip, std::int64_t limit) {
    return {Json{{"versionedTopic", "waits#1"}}, Json{{"priority", -1}}, skip, limit};
  }

  TaskRunner runner;  // not started: a list needs no runner that runs
};

TEST_P(Watches, GiveTheSortedWindowAndKeepItSoWhateverIsAddedAndErased) {
  Lists lists;
  const auto watch = runner.watch(highest(1, 2), lists.taker());
  EXPECT_TRUE(lists.await(has_priorities({})));
  std::vector<ObjectId> ids;
  for (const double priority : {3, 1, 4, 2, 5}) ids.push_back(add(priority));
  EXPECT_TRUE(lists.await(has_priorities({4, 3})));
  runner.erase(ids[4]);  // the highest, before the window
  EXPECT_TRUE(lists.await(has_priorities({3, 2})));
  runner.erase(ids[0]);
  EXPECT_TRUE(lists.await(has_priorities({2, 1})));
}

TEST_P(Watches, GiveTasksAsTheyAreNow) {
  Lists lists;
  const auto watch = runner.watch(highest(0, 10), lists.taker());
  const ObjectId id = add(1);
  EXPECT_TRUE(runner.signal(id, SignalOp::stop).ok());
  EXPECT_TRUE(lists.await([&](const auto& list) { return list.size() == 1 && *list[0] == *runner.get(id); }));
}

TEST_P(Watches, TellNothingOnceTheyHaveEndedAndTheOthersGoOn) {
  Lists ended;
  Lists lasting;
  auto first = runner.watch(highest(0, 10), ended.taker());
  const auto second = runner.watch(highest(0, 10), lasting.taker());
  add(1);
  EXPECT_TRUE(ended.await(has_priorities({1})));
  first.reset();
  const std::size_t told = ended.count();
  add(2);
  EXPECT_TRUE(lasting.await(has_priorities({2, 1})));
  EXPECT_EQ(ended.count(), told);
}

TEST_P(Watches, MayAskAndBeOpenedFromWithinACallback) {
  Lists inner;
  std::unique_ptr<Watch> second;
  const auto watch = runner.watch(highest(0, 10), [&](const std::vector<TaskPtr>& list) {
    if (list.size() == 1 && runner.get(list[0]->id)) second = runner.watch(highest(0, 1), inner.taker());
  });
  add(7);
  EXPECT_TRUE(inner.await(has_priorities({7})));
}

TEST_P(Watches, OfAProgramThatThrowsGoOn) {
  Lists lists;
  const auto watch = runner.watch(highest(0, 10), [take = lists.taker()](const std::vector<TaskPtr>& list) {
    take(list);
    throw std::runtime_error("the program's own");
  });
  add(1);
  EXPECT_TRUE(lists.await(has_priorities({1})));
  add(2);
  EXPECT_TRUE(lists.await(has_priorities({2, 1})));
}

TEST_P(Watches, MayOutliveTheirRunner) {
  Lists lists;
  auto other = std::make_unique<TaskRunner>(TaskRunnerOptions{.store = "memory:", .listen = ""});
  const auto watch = other->watch(highest(0, 10), lists.taker());
  EXPECT_TRUE(lists.await(has_priorities({})));
  other.reset();
}

TEST_P(Watches, RefuseAWrongQueryAtOnceAndNameWhatIsWrong) {
  for (const char* filter : {R"({"$where":"1"})", R"({"a":{"$elemMatch":{"$expr":1}}})"}) {
    try {
      runner.watch({Json::parse(filter), {}, 0, 0}, [](const std::vector<TaskPtr>&) {});
      FAIL() << filter;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << filter;
      EXPECT_NE(std::string(error.what()).find('$'), std::string::npos) << error.what();
    }
  }
}

TEST_P(Watches, OfAStoreThatIsAwayComeWhenItIsBack) {
  const auto store = std::make_shared<AwayStore>(open_store());
  NewTask task;
  task.id = ObjectId::from_hex("0123456789abcdef01234567").value();
  task.versioned_topic = "waits#1";
  task.priority = 9;
  store->add(std::span(&task, 1));
  store->away = true;
  const auto watches = std::make_shared<app::LiveWatches>(store);
  Lists lists;
  const auto watch = watches->watch(highest(0, 10), lists.taker());
  EXPECT_EQ(lists.count(), 0u);
  store->away = false;
  EXPECT_TRUE(lists.await(has_priorities({9})));
}

INSTANTIATE_TEST_SUITE_P(Stores, Watches, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
