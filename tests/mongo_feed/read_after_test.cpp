#include "feed_fixture.hpp"
#include "store/mongo_store.hpp"

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

}  // namespace
}  // namespace taskrunner::store
