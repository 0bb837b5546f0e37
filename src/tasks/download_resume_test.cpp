// How a download goes on from what is there, rests, and is stopped.

#include "tasks/download_fixture.hpp"
#include "tasks/test_server.hpp"

#include <algorithm>
#include <chrono>

namespace taskrunner::tasks {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

TEST_F(Download, ItGoesOnFromThePartWhereTheServerHasTheSameFile) {
  const auto bytes = served("small.bin");
  folder.write(part_name, bytes.substr(0, 600'000));
  TaskHarness task(record_of(Json{{"url", origin.url("/fast/small.bin?same")}, {"sha256", origin.sha256(0)}},
                             checkpoint_for(etag_of(origin.root() / "small.bin"), 1000)));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(folder.read("small.bin"), bytes);
  EXPECT_THAT(origin.requests("/fast/small.bin?same"), HasSubstr(" 206 448576 \"bytes=600000-\" "));
}

TEST_F(Download, AfterAPowerCutOnlyWhatWasSyncedIsTrusted) {
  const auto bytes = served("small.bin");
  folder.write(part_name, bytes.substr(0, 1000) + std::string(500'000, '\0'));
  TaskHarness task(record_of(Json{{"url", origin.url("/fast/small.bin?cut")}},
                             checkpoint_for(etag_of(origin.root() / "small.bin"), 1000, "another start of the machine")));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(folder.read("small.bin"), bytes);
  EXPECT_THAT(origin.requests("/fast/small.bin?cut"), HasSubstr("bytes=1000-"));
}

TEST_F(Download, AFileThatChangedOnTheServerStartsOver) {
  folder.write(part_name, std::string(600'000, 'x'));
  TaskHarness task(record_of(Json{{"url", origin.url("/fast/small.bin?changed")}}, checkpoint_for("\"another\"", 600'000)));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(folder.read("small.bin"), served("small.bin"));
  EXPECT_THAT(origin.requests("/fast/small.bin?changed"), HasSubstr(" 200 1048576 "));
}

TEST_F(Download, AServerWithoutRangeStartsOver) {
  folder.write(part_name, std::string(600'000, 'x'));
  TaskHarness task(record_of(Json{{"url", origin.url("/norange/small.bin")}},
                             checkpoint_for(etag_of(origin.root() / "small.bin"), 600'000)));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(folder.read("small.bin"), served("small.bin"));
}

TEST_F(Download, ARangeBeyondTheFileStartsOver) {
  folder.write(part_name, std::string(2'000'000, 'x'));
  auto checkpoint = checkpoint_for(etag_of(origin.root() / "small.bin"), 2'000'000);
  checkpoint["total"] = 3'000'000;
  TaskHarness task(record_of(Json{{"url", origin.url("/fast/small.bin?beyond")}}, checkpoint));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(folder.read("small.bin"), served("small.bin"));
  EXPECT_THAT(origin.requests("/fast/small.bin?beyond"), HasSubstr(" 416 "));
}

TEST_F(Download, ACompletePartIsNotAskedForAgain) {
  folder.write(part_name, served("small.bin"));
  TaskHarness task(record_of(Json{{"url", "http://127.0.0.1:1/small.bin"}, {"sha256", origin.sha256(0)}},
                             checkpoint_for("\"x\"", 1 << 20)));
  EXPECT_EQ(run(task), "done") << task.error;
}

TEST_F(Download, AWrongSumOfAContinuedPartIsTriedOnceMoreFromTheStart) {
  folder.write(part_name, std::string(600'000, 'x'));
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}, {"sha256", origin.sha256(0)}},
                             checkpoint_for(etag_of(origin.root() / "small.bin"), 600'000)));
  EXPECT_EQ(run(task), "failed");
  EXPECT_EQ(folder.list(), "");
}

TEST_F(Download, AFileThatAnEarlierRunFinishedIsKnownAgain) {
  TaskHarness first(record_of(Json{{"url", origin.url("/small.bin")}}));
  ASSERT_EQ(run(first), "done") << first.error;
  TaskHarness again(record_of(Json{{"url", "http://127.0.0.1:1/small.bin"}}, first.saved.back()));
  EXPECT_EQ(run(again), "done") << again.error;
  EXPECT_EQ(again.response.at("sha256").as_string(), origin.sha256(0));
}

TEST_F(Download, ItTellsWhereItGoesOnBeforeTheServerAnswers) {
  const TestServer silent({""}, true);
  folder.write(part_name, std::string(600'000, 'x'));
  TaskHarness task(record_of(Json{{"url", silent.url("/x")}}, checkpoint_for("\"e\"", 600'000)));
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return !t.told.empty(); });
  EXPECT_EQ(task.told.front().at("spent").as_int64(), 600'000);
  EXPECT_EQ(task.told.front().at("total").as_int64(), 1 << 20);
}

TEST_F(Download, APausedDownloadRestsAndGoesOn) {
  TaskHarness task(record_of(Json{{"url", origin.url("/rate/4m/medium.bin")}, {"sha256", origin.sha256(1)}}));
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return spent_of(t) > 500'000; });
  task.pause();
  task.wait_until([](const TaskHarness& t) { return t.pauses == 1; });
  EXPECT_GT(task.saved.back().at("size").as_int64(), 0);
  EXPECT_EQ(task.saved.back().at("validator").as_string(), etag_of(origin.root() / "medium.bin"));
  const auto resting = fs::file_size(folder.path() / part_name);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // that nothing happens takes time to see
  EXPECT_LE(fs::file_size(folder.path() / part_name), resting + 512 * 1024);
  task.resume();
  EXPECT_EQ(task.wait(), "done") << task.error;
}

TEST_F(Download, AConnectionThatBrokeWhilePausedIsMadeAnew) {
  const auto bytes = served("small.bin");
  const TestServer server({"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1048576\r\n\r\n" + bytes.substr(0, 1000),
                           "HTTP/1.1 206 Partial Content\r\nETag: \"e\"\r\nContent-Range: bytes 1000-1048575/1048576\r\n"
                           "Content-Length: 1047576\r\n\r\n" + bytes.substr(1000)},
                          true);
  TaskHarness task(record_of(Json{{"url", server.url("/small.bin")}, {"sha256", origin.sha256(0)}}));
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return spent_of(t) == 1000; });
  task.pause();
  task.wait_until([](const TaskHarness& t) { return t.pauses == 1; });
  server.drop_held();
  task.resume();
  EXPECT_EQ(task.wait(), "done") << task.error;
  EXPECT_THAT(server.requests().back(), HasSubstr("Range: bytes=1000-"));
  EXPECT_THAT(server.requests().back(), HasSubstr("If-Range: \"e\""));
}

TEST_F(Download, ABrokenBodyFailsForNowAndTheNextRunGoesOn) {
  const auto bytes = served("small.bin");
  const TestServer server({"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 1048576\r\n\r\n" + bytes.substr(0, 300'000)});
  TaskHarness task(record_of(Json{{"url", server.url("/small.bin")}}));
  EXPECT_EQ(run(task), "failed");
  EXPECT_EQ(folder.list(), part_name + " ");
  EXPECT_EQ(folder.read(part_name), bytes.substr(0, 300'000));
}

TEST_F(Download, AStopEndsItWithinATenthOfASecondAndRemovesThePart) {
  const auto time_to_stop = [this](const std::string& url) {
    TaskHarness task(record_of(Json{{"url", url}}));
    task.start(factory);
    task.wait_until([](const TaskHarness& t) { return spent_of(t) > 0; });
    const auto asked = TaskHarness::Clock::now();
    task.stop(core::StopReason::asked);
    EXPECT_EQ(task.wait(), "stopped");
    EXPECT_EQ(folder.list(), "");
    return TaskHarness::Clock::now() - asked;
  };
  // The least of five: a machine that stands still for a moment is no slow stop.
  auto least_busy = TaskHarness::Clock::duration::max();
  auto least_silent = least_busy;
  for (int i = 0; i < 5; ++i) {
    const TestServer silent({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"}, true);
    least_busy = std::min(least_busy, time_to_stop(origin.url("/rate/1m/medium.bin")));
    least_silent = std::min(least_silent, time_to_stop(silent.url("/x")));
  }
  EXPECT_LT(least_busy, std::chrono::milliseconds(100));
  EXPECT_LT(least_silent, std::chrono::milliseconds(100));
}

TEST_F(Download, ADrainKeepsThePart) {
  TaskHarness task(record_of(Json{{"url", origin.url("/rate/1m/medium.bin")}}));
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return spent_of(t) > 0 && !t.saved.empty(); });
  task.stop(core::StopReason::drain);
  EXPECT_EQ(task.wait(), "stopped");
  EXPECT_EQ(folder.list(), part_name + " ");
}

}  // namespace
}  // namespace taskrunner::tasks
