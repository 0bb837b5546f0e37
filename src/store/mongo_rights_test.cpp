#include "store/mongo_rights.hpp"

#include <gtest/gtest.h>

namespace taskrunner::store {
namespace {

MongoCollections names() { return {nullptr, "jobs", "tasks", "tasks.hosts", "tasks.schedules", "shown", {}}; }

Json on(const char* database, const char* collection, JsonArray actions) {
  return Json{{"resource", Json{{"db", database}, {"collection", collection}}}, {"actions", std::move(actions)}};
}

JsonArray read_write() {
  return Json::array({"find", "insert", "update", "remove", "createIndex", "createCollection", "listIndexes", "listCollections", "changeStream"})
      .as_array();
}

TEST(MongoRights, ReadWriteOnTheDatabaseIsAllThatAHostNeeds) {
  EXPECT_TRUE(missing_rights({on("jobs", "", read_write())}, names(), false).empty());
  EXPECT_TRUE(missing_rights({on("", "", read_write())}, names(), false).empty());
  EXPECT_FALSE(missing_rights({on("other", "", read_write())}, names(), false).empty());
}

TEST(MongoRights, SharingTopicsTakesTheValidatorsRight) {
  EXPECT_EQ(missing_rights({on("jobs", "", read_write())}, names(), true), std::vector<std::string>{"collMod on tasks"});
  EXPECT_TRUE(missing_rights({on("jobs", "", read_write()), on("jobs", "", {"collMod"})}, names(), true).empty());
}

TEST(MongoRights, RightsToSomeCollectionsAreNamedByWhatIsMissing) {
  const auto missing = missing_rights({on("jobs", "tasks", read_write()), on("jobs", "tasks.hosts", read_write())}, names(), false);
  const std::vector<std::string> wanted = {"find on tasks.schedules", "insert on tasks.schedules", "update on tasks.schedules",
                                           "find on the database jobs", "changeStream on the database jobs"};
  EXPECT_EQ(missing, wanted);
}

TEST(MongoRights, WhoMayDoEverythingMayDoThis) {
  const Json everything{{"resource", Json{{"anyResource", true}}}, {"actions", Json::array({"find", "insert", "update", "remove"})}};
  EXPECT_EQ(missing_rights({everything}, names(), false).size(), 3U);
  const Json cluster{{"resource", Json{{"cluster", true}}}, {"actions", Json::array({"find"})}};
  EXPECT_EQ(missing_rights({cluster}, names(), false).size(), 15U);
}

}  // namespace
}  // namespace taskrunner::store
