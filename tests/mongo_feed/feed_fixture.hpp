#pragma once

#include "store/mongo_feed.hpp"
#include "fallible_server.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::store {

/// Reads a feed as it moves on. One thread reads.
class FeedReader {
 public:
  explicit FeedReader(Feed& feed);
  /// Everything that has come since the last call, once it is `count` events or more; less where it takes over 20 s.
  std::vector<FeedEvent> take(std::size_t count);
  /// Waits until the place is lost; false after 20 s.
  bool wait_until_lost();
  bool was_lost() const { return was_lost_; }

 private:
  bool wait_for_news();

  Feed& feed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool told_ = false;
  FeedCursor cursor_;
  bool was_lost_ = false;
  std::unique_ptr<Feed::Listener> listener_;
};

/// Any program that writes to the database: plain commands, no store of ours.
class OtherProgram {
 public:
  explicit OtherProgram(const MongoCollections& names) : names_(names), client_(names.pool->take()) {}

  JsonObject run(const Json& command, const std::string& database);
  JsonObject admin(const Json& command) { return run(command, "admin"); }
  /// Repeats what an election broke off.
  void write(const Json& command);

  ObjectId insert(JsonObject document);
  void insert(std::vector<JsonObject> documents);
  void update(const ObjectId& id, const Json& change, std::string_view collection = {});
  void replace(const ObjectId& id, JsonObject document);
  void remove(const ObjectId& id, std::string_view collection = {});

  /// The next `times` commands of that name fail as `how` says (of MongoDB's failCommand).
  void let_fail(const std::string& command, int times, JsonObject how);

 private:
  const MongoCollections& names_;
  MongoPool::Client client_;
};

/// A task as a program in another language would write it.
JsonObject to_do(const std::string& topic = "work#1");
ObjectId new_id();

/// A database of its own on one server for all tests of the program.
class MongoFeedTest : public testing::Test {
 protected:
  MongoFeedTest();
  ~MongoFeedTest() override;

  static FallibleServer& server();
  /// Another feed on the same collection.
  std::unique_ptr<MongoFeed> new_feed();

  MongoCollections names;
  std::shared_ptr<Random> random = std::make_shared<Random>(Random::system_seed());
  OtherProgram other;
  std::atomic<int> times_gone = 0;
  std::unique_ptr<MongoFeed> feed;
  std::unique_ptr<FeedReader> reader;
};

}  // namespace taskrunner::store
