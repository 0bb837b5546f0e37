#include "tasks/download_fixture.hpp"

namespace taskrunner::tasks {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

TEST_F(Download, AFileArrivesWholeUnderItsName) {
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}, {"path", "a/b/x.bin"}, {"sha256", origin.sha256(0)}}));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(task.response.at("path").as_string(), "a/b/x.bin");
  EXPECT_EQ(task.response.at("bytes").as_int64(), 1 << 20);
  EXPECT_EQ(task.response.at("sha256").as_string(), origin.sha256(0));
  EXPECT_GE(task.response.at("seconds").as_double(), 0);
  EXPECT_EQ(folder.read("a/b/x.bin"), served("small.bin"));
  EXPECT_EQ(folder.list(), "a ");
  EXPECT_EQ(task.told.back().at("spent"), task.told.back().at("total"));
}

TEST_F(Download, AnEmptyFileArrives) {
  TaskHarness task(record_of(Json{{"url", origin.url("/empty.bin")}}));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(folder.list(), "empty.bin ");
}

TEST_F(Download, AWrongSumFailsForGoodAndLeavesNothing) {
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}, {"sha256", std::string(64, '0')}}));
  EXPECT_EQ(run(task), "failed for good");
  EXPECT_THAT(task.error, HasSubstr(origin.sha256(0)));
  EXPECT_EQ(folder.list(), "");
}

TEST_F(Download, TheRateIsKept) {
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}, {"bytesPerSecond", 1'000'000}}));
  const auto begin = TaskHarness::Clock::now();
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_GT(TaskHarness::Clock::now() - begin, std::chrono::milliseconds(700));
  EXPECT_GT(task.told.back().at("bytesPerSecond").as_int64(), 300'000);
  EXPECT_LT(task.told.back().at("bytesPerSecond").as_int64(), 1'600'000);
}

TEST_F(Download, SeveralRunAtOnce) {
  std::vector<std::unique_ptr<TaskHarness>> tasks;
  for (int i = 0; i < 8; ++i) {
    auto record = record_of(Json{{"url", origin.url("/rate/4m/small.bin")}, {"path", std::to_string(i)}, {"sha256", origin.sha256(0)}});
    record.id = ObjectId::from_hex("0123456789abcdef0123456" + std::to_string(i)).value();
    tasks.push_back(std::make_unique<TaskHarness>(std::move(record)));
    tasks.back()->start(factory);
  }
  for (auto& task : tasks) EXPECT_EQ(task->wait(), "done") << task->error;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 8);
}

}  // namespace
}  // namespace taskrunner::tasks
