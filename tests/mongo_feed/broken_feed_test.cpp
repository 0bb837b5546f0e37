#include "feed_fixture.hpp"

#include <thread>

namespace taskrunner::store {
namespace {

constexpr int history_lost = 286;
constexpr int object_too_large = 10334;

class BrokenFeedTest : public MongoFeedTest {
 protected:
  /// Inserts one after the other while `disturb` runs and for a while after, and waits for their events.
  void expect_no_gap(const std::function<void()>& disturb) {
    std::vector<ObjectId> ids;
    std::jthread writer([&](const std::stop_token& stop) {
      OtherProgram program(names);
      for (int after = 0; after < 100; after += stop.stop_requested() ? 1 : 0) {
        JsonObject document = to_do();
        document.set("_id", new_id());
        ids.push_back(std::get<ObjectId>(document.find("_id")->value()));
        // A repeat may meet what an unanswered try has stored: as an update it does no harm.
        const Json statement{{"q", Json{{"_id", ids.back()}}}, {"u", Json(std::move(document))}, {"upsert", true}};
        program.write(Json{{"update", names.tasks}, {"updates", Json::array({statement})},
                           {"writeConcern", Json{{"w", "majority"}, {"j", true}}}});
      }
    });
    reader->take(20);
    disturb();
    writer.request_stop();
    writer.join();
    std::vector<ObjectId> told;
    for (const FeedEvent& event : feed->read(start_, 10'000).events)
      if (event.kind == FeedEvent::Kind::insert) told.push_back(event.id);
    while (told.size() < ids.size()) {
      const auto events = reader->take(1);
      if (events.empty()) break;
      told.clear();
      for (const FeedEvent& event : feed->read(start_, 10'000).events)
        if (event.kind == FeedEvent::Kind::insert) told.push_back(event.id);
    }
    EXPECT_EQ(told, ids);
    EXPECT_FALSE(reader->was_lost());
    EXPECT_EQ(feed->counters().lost, 0u);
  }

  void expect_to_go_on() {
    const ObjectId id = other.insert(to_do("after#1"));
    const auto events = reader->take(1);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().id, id);
    EXPECT_EQ(events.back().versioned_topic, "after#1");
  }

  const FeedCursor start_ = feed->now();
};

TEST_F(BrokenFeedTest, AStepdownLeavesNoGap) {
  expect_no_gap([&] {
    other.admin(Json{{"replSetStepDown", 2}, {"force", true}});
    other.write(Json{{"insert", "elsewhere"}, {"documents", Json::array({Json{{"x", 1}}})}});
  });
}

TEST_F(BrokenFeedTest, AKilledAndRestartedServerLeavesNoGap) {
  expect_no_gap([&] {
    server().kill();
    server().start_again();
  });
  EXPECT_GT(feed->counters().broken, 0u);
}

TEST_F(BrokenFeedTest, ACutConnectionLeavesNoGap) {
  expect_no_gap([&] {
    other.let_fail("getMore", 2, Json{{"closeConnection", true}}.as_object());
    reader->take(20);
  });
  EXPECT_GT(feed->counters().broken, 0u);
}

TEST_F(BrokenFeedTest, WhereHistoryIsLostReadersAreToldAndItGoesOn) {
  for (const int code : {history_lost, object_too_large}) {
    other.let_fail("getMore", 1, Json{{"errorCode", code}}.as_object());
    EXPECT_TRUE(reader->wait_until_lost());
    EXPECT_TRUE(feed->read(start_, 10).lost);
    expect_to_go_on();
  }
  EXPECT_EQ(feed->counters().lost, 2u);
}

TEST_F(BrokenFeedTest, AServerWithoutAReplicaSetIsRefused) {
  test::Mongod standalone({"--standalone"});
  MongoFeed refused(open_collections(parse_mongo_url(standalone.url("feed"))), random, {});
  try {
    refused.start();
    FAIL() << "it started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_supported) << error.what();
    EXPECT_NE(std::string(error.what()).find("replica set"), std::string::npos);
  }
}

}  // namespace
}  // namespace taskrunner::store
