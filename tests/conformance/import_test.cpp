#include "store_test.hpp"

#include "core/record_importer.hpp"

namespace taskrunner::conformance {
namespace {

class ImportTest : public StoreTest {
 protected:
  AddResult import_one(const TaskRecord& task) {
    return dynamic_cast<core::RecordImporter&>(*store).import_records(std::span(&task, 1)).at(0);
  }
};

TEST_P(ImportTest, KeepsIdAndContentOfWhatWasCompletedElsewhere) {
  TaskRecord task = *running_task();
  task.id = fresh_id();
  task.state = TaskState::completed;
  task.outcome = TaskOutcome::success;
  task.response = Json{{"n", 1.5}};
  task.worker.reset();
  task.public_url.reset();
  task.available_actions.reset();
  task.lease = Lease{.token = task.lease->token, .session = {}, .worker = {}, .state = TaskState::completed};
  ASSERT_FALSE(import_one(task).error);
  EXPECT_EQ(*store->get(task.id), task);
  EXPECT_TRUE(import_one(task).duplicate);
}

TEST_P(ImportTest, WhatRanElsewhereCanBeClaimedHere) {
  TaskRecord task = *running_task();
  task.id = fresh_id();
  task.versioned_topic = "imported#1";
  FeedCursor cursor = feed_now();
  ASSERT_FALSE(import_one(task).error);
  const auto events = events_after(cursor);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].claimable);
  EXPECT_EQ(ids_of(claim({"imported#1"}).tasks), std::vector{task.id});
}

TEST_P(ImportTest, RefusesAnIdOrUniqueKeyThatIsThereWithOtherContent) {
  NewTask added = new_task();
  added.unique_key = "key";
  TaskRecord task = *store->get(add(added));
  task.priority = 9;
  EXPECT_EQ(import_one(task).error, ErrorCode::conflict);
  task.id = fresh_id();
  EXPECT_EQ(import_one(task).error, ErrorCode::conflict);
  EXPECT_EQ(store->count({}), 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, ImportTest, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::conformance
