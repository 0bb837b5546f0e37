#include "feed_fixture.hpp"
#include "base/clock.hpp"
#include "store/mongo_store.hpp"

#include <chrono>

namespace taskrunner::store {
namespace {

std::uint64_t cluster_time(const Json& timestamp) {
  std::uint64_t value = 0;
  const std::string& bytes = std::get<RareBson>(timestamp.value()).payload;
  for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return value;
}

class ReadAfterTest : public MongoFeedTest {
 protected:
  /// The readConcern of a find of the store, as the server got it.
  Json concern_of_find(MongoStore& store, const std::string& topic) {
    other.run(Json{{"profile", 2}}, names.database);
    store.find({Json{{"versionedTopic", topic}}, {}, 0, 10});
    other.run(Json{{"profile", 0}}, names.database);
    const Json wanted{{"find", "system.profile"}, {"filter", Json{{"command.filter.versionedTopic", topic}}}};
    const JsonObject answer = other.run(wanted, names.database);
    const JsonArray& found = answer.find("cursor")->at("firstBatch").as_array();
    return found.size() == 1 ? found[0].at("command").at("readConcern") : Json();
  }
};

TEST_F(ReadAfterTest, AListIsNeverReadAsItWasBeforeWhatTheFeedHasTold) {
  MongoStore store(names, {});
  FeedReader told(store.feed());
  other.insert(to_do("profiled#1"));
  const auto events = told.take(1);
  ASSERT_EQ(events.size(), 1u);
  const Json concern = concern_of_find(store, "profiled#1");
  EXPECT_EQ(concern.at("level"), "majority");
  EXPECT_GE(cluster_time(concern.at("afterClusterTime")), events[0].cluster_time);
}

// A primary that was elected just now may not know yet that what its predecessor wrote is the majority's: the feed, which
// begins after that, will not tell it, and a read that does not wait would not show it.
TEST_F(ReadAfterTest, AListIsNeverReadAsItWasBeforeTheFeedBegan) {
  other.insert(to_do("before#1"));
  const std::uint64_t inserted = reader->take(1).at(0).cluster_time;
  MongoStore store(names, {});
  EXPECT_GE(cluster_time(concern_of_find(store, "before#1").at("afterClusterTime")), inserted);
}

/// Tells the server of a cluster time that is ahead of its operations, as other members and clients do.
void advance_cluster_time(const MongoCollections& names) {
  const MongoPool::Client client = names.pool->take();
  bson_error_t error;
  const std::unique_ptr<mongoc_client_session_t, void (*)(mongoc_client_session_t*)> session(
      mongoc_client_start_session(client.get(), nullptr, &error), mongoc_client_session_destroy);
  ASSERT_TRUE(session) << error.message;
  const auto ahead_s = static_cast<std::uint32_t>(system_clock().wall_ms() / 1'000 + 5);
  const std::uint8_t no_hash[20] = {};
  bson_t* const time = BCON_NEW("clusterTime", BCON_TIMESTAMP(ahead_s, 1), "signature", "{", "hash",
                                BCON_BIN(BSON_SUBTYPE_BINARY, no_hash, sizeof no_hash), "keyId", BCON_INT64(0), "}");
  mongoc_client_session_advance_cluster_time(session.get(), time);
  bson_t* const ping = BCON_NEW("ping", BCON_INT32(1));
  bson_t opts = BSON_INITIALIZER;
  EXPECT_TRUE(mongoc_client_session_append(session.get(), &opts, &error)) << error.message;
  EXPECT_TRUE(mongoc_client_command_with_opts(client.get(), "admin", ping, nullptr, &opts, nullptr, &error)) << error.message;
  for (bson_t* each : {time, ping, &opts}) bson_destroy(each);
}

// Seen: a host's first list, after another host was killed, took 10 s and then failed.
TEST_F(ReadAfterTest, AListWaitsForNoOperationThatNeverWas) {
  { const MongoStore makes_the_indexes(names, {}); }
  other.insert(to_do("there#1"));
  advance_cluster_time(names);
  MongoStore store(names, {});
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(store.find({Json{{"versionedTopic", "there#1"}}, {}, 0, 10}).size(), 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(3));
}

}  // namespace
}  // namespace taskrunner::store
