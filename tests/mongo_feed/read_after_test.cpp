#include "feed_fixture.hpp"
#include "store/mongo_store.hpp"

namespace taskrunner::store {
namespace {

using ReadAfterTest = MongoFeedTest;

std::uint64_t cluster_time(const Json& timestamp) {
  std::uint64_t value = 0;
  const std::string& bytes = std::get<RareBson>(timestamp.value()).payload;
  for (std::size_t i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return value;
}

TEST_F(ReadAfterTest, AListIsNeverReadAsItWasBeforeWhatTheFeedHasTold) {
  MongoStore store(names, {});
  FeedReader told(store.feed());
  other.insert(to_do("profiled#1"));
  const auto events = told.take(1);
  ASSERT_EQ(events.size(), 1u);
  other.run(Json{{"profile", 2}}, names.database);
  store.find({Json{{"versionedTopic", "profiled#1"}}, {}, 0, 10});
  other.run(Json{{"profile", 0}}, names.database);
  const Json wanted{{"find", "system.profile"}, {"filter", Json{{"command.filter.versionedTopic", "profiled#1"}}}};
  const JsonObject answer = other.run(wanted, names.database);
  const JsonArray& found = answer.find("cursor")->at("firstBatch").as_array();
  ASSERT_EQ(found.size(), 1u);
  const Json& concern = found[0].at("command").at("readConcern");
  EXPECT_EQ(concern.at("level"), "majority");
  EXPECT_GE(cluster_time(concern.at("afterClusterTime")), events[0].cluster_time);
}

}  // namespace
}  // namespace taskrunner::store
