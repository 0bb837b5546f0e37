#include "feed_fixture.hpp"
#include "store/mongo_indexes.hpp"
#include "store/mongo_store.hpp"

#include <chrono>
#include <functional>

namespace taskrunner::store {
namespace {

class IndexBuilderTest : public MongoFeedTest {
 protected:
  ~IndexBuilderTest() override { hold_building(false); }

  void hold_building(bool on) {
    other.admin(Json{{"configureFailPoint", "hangAfterStartingIndexBuild"}, {"mode", on ? "alwaysOn" : "off"}});
  }
  bool is_building() {
    const Json ours{{"command.createIndexes", names.tasks}, {"command.$db", names.database}};
    const JsonObject answer = other.admin(
        Json{{"aggregate", 1},
             {"pipeline", JsonArray{Json{{"$currentOp", Json::object()}}, Json{{"$match", ours}}}},
             {"cursor", Json::object()}});
    return !answer.find("cursor")->at("firstBatch").as_array().empty();
  }
  bool comes_true(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition())
      if (std::chrono::steady_clock::now() > until) return false;
    return true;
  }
  std::vector<std::string> missing() {
    MongoCommands commands(names);
    return missing_indexes(commands, task_indexes());
  }
};

TEST_F(IndexBuilderTest, ACollectionWithDocumentsGetsItsIndexesInTheBackground) {
  other.insert(to_do("there#1"));
  hold_building(true);
  const MongoStore store(names, {});
  EXPECT_TRUE(comes_true([&] { return is_building(); }));
  EXPECT_FALSE(missing().empty());
  hold_building(false);
  EXPECT_TRUE(comes_true([&] { return missing().empty(); }));
}

TEST_F(IndexBuilderTest, AStoreThatIsClosedDoesNotWaitForItsIndexes) {
  other.insert(to_do("there#1"));
  hold_building(true);
  auto store = std::make_unique<MongoStore>(names, StoreOptions{});
  EXPECT_TRUE(comes_true([&] { return is_building(); }));
  store.reset();
  EXPECT_FALSE(missing().empty());
  hold_building(false);
  EXPECT_TRUE(comes_true([&] { return missing().empty(); }));
}

}  // namespace
}  // namespace taskrunner::store
