#include "store_test.hpp"

#include "store/open_store.hpp"
#include "store/task_validator.hpp"
#include "support/mongod.hpp"

#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <set>

namespace taskrunner::conformance {

StoreTest::StoreTest() {
  const std::string where = url();
  if (GetParam() == "mongodb") {
    // Every transition has to pass it, whether topics are shared or not.
    store::MongoCommands commands(store::open_collections(store::parse_mongo_url(where)));
    store::put_validator(commands);
  }
  store::StoreOptions options;
  options.clock = &clock;
  options.random = random;
  options.keep = keep;
  store = store::open_store(where, options);
  session = open_session();
}

std::string StoreTest::url() const {
  if (GetParam() == "memory") return "memory:";
  if (GetParam() == "sqlite") return "sqlite:" + folder.file("tasks.db");
  return test::Mongod::shared().fresh_url();
}

NewTask StoreTest::new_task(const std::string& topic, Json data) {
  NewTask task;
  task.id = fresh_id();
  task.versioned_topic = topic;
  task.data = std::move(data);
  return task;
}

ObjectId StoreTest::add(const NewTask& task) {
  const auto results = store->add({&task, 1});
  EXPECT_FALSE(results.at(0).error) << results.at(0).reason;
  return task.id;
}

ObjectId StoreTest::open_session(std::int64_t length_ms) {
  SessionInfo info;
  info.id = fresh_id();
  info.instance = "host";
  info.base_url = "http://host:8080";
  info.topics = {"work#1", "other#1"};
  info.capacity = 16;
  info.started_at_ms = clock.wall_ms();
  store->open_session(info, length_ms);
  return info.id;
}

ClaimRequest StoreTest::request(const std::vector<std::string>& topics, std::size_t limit) {
  ClaimRequest request;
  request.token = fresh_id();
  request.session = session;
  request.worker = "host:8080";
  request.public_url_base = "http://host:8080/tasks/";
  for (const std::string& topic : topics) request.topics.push_back({topic, limit, {true, true, false}});
  request.limit = limit;
  return request;
}

ClaimResult StoreTest::claim(const std::vector<std::string>& topics, std::size_t limit) {
  return store->claim(request(topics, limit));
}

TaskPtr StoreTest::running_task(NewTask task) {
  task.versioned_topic = "own" + std::to_string(++topics_) + "#1";
  add(task);
  const ClaimResult claimed = claim({task.versioned_topic});
  return claimed.tasks.at(0);
}

TransitionResult StoreTest::apply(const Transition& transition) { return store->apply({&transition, 1}).at(0); }

std::vector<ObjectId> StoreTest::ids_of(const std::vector<TaskPtr>& tasks) {
  std::vector<ObjectId> ids;
  for (const TaskPtr& task : tasks) ids.push_back(task->id);
  return ids;
}

/// Ends a session and waits until the feed tells of it: what was committed before has been told then.
void StoreTest::settle_feed() {
  if (GetParam() != "mongodb") return;
  std::mutex mutex;
  std::condition_variable told;
  int calls = 0;
  FeedCursor cursor = store->feed().now();
  const auto listener = store->feed().listen([&] {
    std::lock_guard lock(mutex);
    ++calls;
    told.notify_all();
  });
  const ObjectId mark = *marks_.insert(open_session()).first;
  store->close_session(mark);
  for (int seen = 0;;) {
    const FeedBatch batch = store->feed().read(cursor, 100'000);
    cursor = batch.next;
    for (const FeedEvent& event : batch.events)
      if (event.id == mark) return;
    std::unique_lock lock(mutex);
    ASSERT_TRUE(told.wait_for(lock, std::chrono::seconds(30), [&] { return calls > seen; })) << "the feed does not tell";
    seen = calls;
  }
}

FeedCursor StoreTest::feed_now() {
  settle_feed();
  return store->feed().now();
}

std::vector<FeedEvent> StoreTest::events_after(FeedCursor& cursor) {
  settle_feed();
  FeedBatch batch = store->feed().read(cursor, 100'000);
  EXPECT_FALSE(batch.lost);
  cursor = batch.next;
  std::erase_if(batch.events, [&](const FeedEvent& event) { return marks_.contains(event.id); });
  return std::move(batch.events);
}

}  // namespace taskrunner::conformance
