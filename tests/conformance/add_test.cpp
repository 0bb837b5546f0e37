#include "store_test.hpp"

#include "core/state_machine.hpp"

namespace taskrunner::conformance {
namespace {

class AddTest : public StoreTest {
 protected:
  AddResult add_one(const NewTask& task) { return store->add({&task, 1}).at(0); }
};

TEST_P(AddTest, StoresEveryFieldThatWasGiven) {
  NewTask task = new_task("work#2", Json{{"a", Json::array({1, "two", 3.5})}});
  task.priority = -1.5;
  task.wait_until_ms = clock.wall_ms() + 5;
  task.unique_key = "one of a kind";
  task.max_attempts = 2;
  task.applicant = "me";
  task.schedule = ScheduleTick{"hourly", 3'600'000};
  const AddResult result = add_one(task);
  ASSERT_NE(result.task, nullptr);
  EXPECT_FALSE(result.duplicate);
  EXPECT_EQ(*result.task, core::new_record(task, clock.wall_ms()));
  EXPECT_EQ(*store->get(task.id), *result.task);
}

TEST_P(AddTest, ARepeatByIdIsADuplicateAndStoresNothing) {
  const NewTask task = new_task();
  add(task);
  const AddResult again = add_one(task);
  EXPECT_TRUE(again.duplicate);
  ASSERT_NE(again.task, nullptr);
  EXPECT_EQ(again.task->id, task.id);
  EXPECT_EQ(store->count({}), 1);
}

TEST_P(AddTest, TheSameIdWithOtherDataIsRefused) {
  NewTask task = new_task();
  add(task);
  task.data = Json{"other"};
  const AddResult result = add_one(task);
  EXPECT_EQ(result.error, ErrorCode::conflict);
  EXPECT_EQ(result.task, nullptr);
  EXPECT_NE(result.reason.find(task.id.hex()), std::string::npos);
}

TEST_P(AddTest, TheSameUniqueKeyWithTheSameDataIsTheTaskThatIsThere) {
  NewTask task = new_task();
  task.unique_key = "key";
  add(task);
  NewTask again = new_task();
  again.unique_key = "key";
  const AddResult result = add_one(again);
  EXPECT_TRUE(result.duplicate);
  ASSERT_NE(result.task, nullptr);
  EXPECT_EQ(result.task->id, task.id);
}

TEST_P(AddTest, TheSameUniqueKeyWithOtherDataOrTopicIsRefused) {
  NewTask task = new_task();
  task.unique_key = "key";
  add(task);
  NewTask other_data = new_task("work#1", Json{2});
  other_data.unique_key = "key";
  EXPECT_EQ(add_one(other_data).error, ErrorCode::conflict);
  NewTask other_topic = new_task("other#1");
  other_topic.unique_key = "key";
  EXPECT_EQ(add_one(other_topic).error, ErrorCode::conflict);
  EXPECT_EQ(store->count({}), 1);
}

TEST_P(AddTest, ARemovedTaskFreesItsUniqueKey) {
  NewTask task = new_task();
  task.unique_key = "key";
  add(task);
  ASSERT_TRUE(apply(RemoveTask{task.id}).ok());
  NewTask other = new_task("work#1", Json{2});
  other.unique_key = "key";
  EXPECT_FALSE(add_one(other).error);
}

TEST_P(AddTest, ATaskWithoutAnIdIsRefused) {
  NewTask task = new_task();
  task.id = ObjectId();
  EXPECT_EQ(add_one(task).error, ErrorCode::invalid_argument);
  EXPECT_EQ(store->count({}), 0);
}

TEST_P(AddTest, ALargeBatchIsAnsweredInOrder) {
  std::vector<NewTask> tasks;
  for (int i = 0; i < 5'000; ++i) tasks.push_back(new_task("work#1", Json{i}));
  tasks[10].id = tasks[9].id;
  const auto results = store->add(tasks);
  ASSERT_EQ(results.size(), tasks.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i == 10) continue;
    ASSERT_NE(results[i].task, nullptr);
    EXPECT_EQ(results[i].task->id, tasks[i].id);
  }
  EXPECT_EQ(results[10].error, ErrorCode::conflict);
  EXPECT_EQ(store->count({}), 4'999);
  EXPECT_TRUE(store->add({}).empty());
}

TEST_P(AddTest, EveryBsonTypeSurvives) {
  const Json data{{"double", -0.0},
                  {"text", std::string("a\0b", 3)},
                  {"empty", ""},
                  {"object", Json{{"x", Json::object()}}},
                  {"array", Json::array({Json::array({}), nullptr})},
                  {"binary", Binary{4, std::string("\0\xff", 2)}},
                  {"id", fresh_id()},
                  {"bool", true},
                  {"date", Date{-1}},
                  {"null", nullptr},
                  {"int32", Json::int32(-5)},
                  {"int64", Json::int64(5)},
                  {"regex", RareBson{0x0b, std::string("a.b\0i\0", 6)}},
                  {"decimal", RareBson{0x13, std::string(16, '\1')}},
                  {"timestamp", RareBson{0x11, std::string(8, '\2')}},
                  {"max", RareBson{0x7f, {}}}};
  const TaskPtr task = running_task(new_task("", data));
  EXPECT_EQ(task->data, data);
  ASSERT_TRUE(apply(UpdateTask{fence_of(*task), {}, data, data, {}, {}}).ok());
  ASSERT_TRUE(apply(CompleteTask{fence_of(*task), data, {}}).ok());
  const TaskPtr stored = store->get(task->id);
  EXPECT_EQ(stored->data, data);
  EXPECT_EQ(stored->progress, data);
  EXPECT_EQ(stored->checkpoint, data);
  EXPECT_EQ(stored->response, data);
}

TEST_P(AddTest, NullDataIsNotAbsentData) {
  NewTask with_null = new_task("work#1", Json());
  add(with_null);
  EXPECT_EQ(store->get(with_null.id)->data, Json());
  NewTask without = new_task();
  without.data.reset();
  add(without);
  EXPECT_EQ(store->get(without.id)->data, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Stores, AddTest, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::conformance
