#include "fleet/watchers.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace taskrunner::fleet {
namespace {

std::vector<ObjectId> sessions(std::size_t count) {
  Random random(7);
  std::vector<ObjectId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(random.object_id(1'000));
  return ids;
}

std::map<ObjectId, std::size_t> watchers_of_each(const std::vector<ObjectId>& ids) {
  std::map<ObjectId, std::size_t> count;
  for (const ObjectId& own : ids)
    for (const ObjectId& watched : watched_by(own, ids)) ++count[watched];
  return count;
}

TEST(Watchers, EachSessionIsWatchedByThreeOthers) {
  const auto ids = sessions(40);
  const auto count = watchers_of_each(ids);
  for (const ObjectId& id : ids) EXPECT_EQ(count.at(id), watchers_each);
}

TEST(Watchers, InASmallFleetAllWatchAll) {
  const auto ids = sessions(3);
  const auto count = watchers_of_each(ids);
  for (const ObjectId& id : ids) EXPECT_EQ(count.at(id), 2u);
}

TEST(Watchers, NobodyWatchesItself) {
  const auto ids = sessions(10);
  for (const ObjectId& own : ids) {
    const auto watched = watched_by(own, ids);
    EXPECT_EQ(std::find(watched.begin(), watched.end(), own), watched.end());
  }
}

TEST(Watchers, TheWorkIsSpread) {
  const auto ids = sessions(40);
  for (const ObjectId& own : ids) EXPECT_LE(watched_by(own, ids).size(), 10u);
}

TEST(Watchers, AHostThatIsNotListedYetStillWatches) {
  auto ids = sessions(4);
  const ObjectId own = ids.back();
  ids.pop_back();
  EXPECT_FALSE(watched_by(own, ids).empty());
}

}  // namespace
}  // namespace taskrunner::fleet
