// Live queries over a real runner and a real store. Here, since live knows no store.
#include "live/live_hub.hpp"

#include "base/random.hpp"
#include "core/runner.hpp"
#include "store/memory_store.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace taskrunner::live {
namespace {

using namespace std::chrono_literals;

class Seen final : public LiveSubscriber {
 public:
  void on_list(const WholeList& list) override {
    ++lists;
    size = list.tasks.size();
  }
  void on_changes(const ChangeBatch& changes) override {
    ++rounds;
    for (const ListChange& change : changes.steps) {
      if (change.kind == ListChange::Kind::insert) ++size;
      if (change.kind == ListChange::Kind::remove) --size;
    }
  }
  void on_failed(const Error&) override { ++failures; }
  int lists = 0;
  int rounds = 0;
  int failures = 0;
  std::size_t size = 0;
};

Query query_of(std::string_view filter) {
  Query query;
  query.filter = Json::parse(filter);
  return query;
}

class LiveHubTest : public testing::Test {
 protected:
  LiveHubTest()
      : random(std::make_shared<Random>(1)),
        store(std::make_shared<store::MemoryStore>(system_clock(), random, KeepPolicy())),
        runner({"here", "http://127.0.0.1:1"}, store, random, system_clock()),
        hub(std::make_shared<LiveHub>(io, source(), LivePace{50ms})) {
    hub->start(nullptr);
  }
  ~LiveHubTest() override { hub->close(); }

  LiveSource source() {
    return {[this](Query query) { return runner.find(std::move(query)); }, &store->feed()};
  }
  void add(std::size_t count) {
    std::vector<NewTask> tasks(count);
    for (NewTask& task : tasks) task.id = random->object_id(0);
    store->add(tasks);
  }
  void run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    io.restart();
    while (!done() && std::chrono::steady_clock::now() < deadline) io.run_one_for(100ms);
    ASSERT_TRUE(done());
  }

  boost::asio::io_context io{1};
  std::shared_ptr<Random> random;
  std::shared_ptr<Store> store;
  core::Runner runner;
  std::shared_ptr<LiveHub> hub;
};

TEST_F(LiveHubTest, TheListComesFirstThenWhatChanges) {
  add(2);
  auto seen = std::make_shared<Seen>();
  const auto query = hub->subscribe({}, seen);
  run_until([&] { return seen->lists == 1; });
  EXPECT_EQ(seen->size, 2u);
  add(1);
  run_until([&] { return seen->size == 3; });
  EXPECT_EQ(seen->lists, 1);
}

TEST_F(LiveHubTest, EqualQueriesAreOneAndCloseAfterTheLastLeft) {
  auto one = std::make_shared<Seen>();
  auto two = std::make_shared<Seen>();
  const auto query = hub->subscribe(query_of(R"({"id":"0123456789abcdef01234567"})"), one);
  const auto same = hub->subscribe(query_of(R"({"_id":{"$oid":"0123456789abcdef01234567"}})"), two);
  EXPECT_EQ(query, same);
  run_until([&] { return one->lists == 1 && two->lists == 1; });
  hub->leave(query, *one);
  hub->leave(query, *two);
  EXPECT_EQ(hub->open_queries(), 1u);
  run_until([&] { return hub->open_queries() == 0; });
}

TEST_F(LiveHubTest, WhatIsCommittedIsToldWithoutAskingTheStore) {
  auto seen = std::make_shared<Seen>();
  const auto query = hub->subscribe(query_of(R"({"state":"to do"})"), seen);
  run_until([&] { return seen->lists == 1; });
  for (int i = 0; i < 30; ++i) add(1);
  run_until([&] { return seen->size == 30; });
  std::vector<Transition> stops;
  for (const TaskPtr& task : store->find({})) stops.emplace_back(SignalTask{task->id, SignalOp::stop, "test"});
  store->apply(stops);
  run_until([&] { return seen->size == 0; });
  EXPECT_EQ(hub->reads(), 1u);
  EXPECT_EQ(seen->lists, 1);
}

TEST_F(LiveHubTest, AnOpenWindowThatRunsDryIsReadAtMostTenTimesASecond) {
  add(500);
  auto seen = std::make_shared<Seen>();
  Query query = query_of(R"({"state":"to do"})");
  query.limit = 5;
  const auto live = hub->subscribe(query, seen);
  run_until([&] { return seen->lists == 1; });
  const auto start = std::chrono::steady_clock::now();
  for (const TaskPtr& task : store->find({{}, {}, 0, 490})) {
    const Transition stop = SignalTask{task->id, SignalOp::stop, "test"};
    store->apply(std::span(&stop, 1));
    io.run_for(1ms);
  }
  const auto left = store->find(query);
  run_until([&] { return seen->size == 5 && live->list().front()->id() == left.front()->id; });
  const auto tenths = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - start) / 100ms);
  EXPECT_GT(hub->reads(), 1u);
  EXPECT_LE(hub->reads(), tenths + 3);
}

TEST_F(LiveHubTest, EventsThatWereMissedGiveTheWholeListAnew) {
  auto seen = std::make_shared<Seen>();
  const auto query = hub->subscribe({}, seen);
  run_until([&] { return seen->lists == 1; });
  for (int i = 0; i < 11; ++i) add(1'000);  // more than the feed's ring holds
  run_until([&] { return seen->lists == 2; });
  EXPECT_EQ(seen->size, 1'000u);
}

TEST_F(LiveHubTest, AWrongQueryIsRefusedByName) {
  EXPECT_THROW(hub->subscribe(query_of(R"({"$where":"1"})"), std::make_shared<Seen>()), Error);
  EXPECT_EQ(hub->open_queries(), 0u);
}

}  // namespace
}  // namespace taskrunner::live
