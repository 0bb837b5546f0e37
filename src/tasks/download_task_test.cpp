#include "tasks/download_task.hpp"

#include "tasks/download_checkpoint.hpp"
#include "tasks/task_harness.hpp"
#include "tasks/test_ftp_server.hpp"
#include "tasks/test_origin.hpp"
#include "tasks/test_server.hpp"
#include "tasks/transfer_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <future>

namespace taskrunner::tasks {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const ObjectId id = ObjectId::from_hex("0123456789abcdef01234567").value();
const std::string part_name = ".0123456789abcdef01234567.part";

TaskRecord record_of(Json data, Json checkpoint = {}) {
  TaskRecord record;
  record.id = id;
  record.versioned_topic = "download#1";
  record.data = std::move(data);
  if (!checkpoint.is_null()) record.checkpoint = std::move(checkpoint);
  return record;
}

std::string etag_of(const fs::path& file) {
  struct stat info {};
  stat(file.c_str(), &info);
  char text[64];
  snprintf(text, sizeof text, "\"%lx-%lx\"", static_cast<unsigned long>(info.st_mtime), static_cast<unsigned long>(info.st_size));
  return text;
}

std::uint64_t spent_of(const TaskHarness& task) {
  return task.told.empty() ? 0 : static_cast<std::uint64_t>(task.told.back().at("spent").as_int64());
}

class Download : public testing::Test {
 protected:
  TestOrigin& origin = TestOrigin::get();
  TestFolder folder;
  DownloadFactory factory{folder.path(), AddressPolicy::everything()};

  std::string served(const std::string& name) const {
    std::ifstream file(origin.root() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Json checkpoint_for(const std::string& validator, std::uint64_t size, const std::string& boot_id = current_boot_id()) const {
    DownloadCheckpoint checkpoint;
    checkpoint.validator = validator;
    checkpoint.total = 1 << 20;
    checkpoint.size = size;
    checkpoint.boot_id = boot_id;
    return checkpoint.json();
  }
  std::string run(TaskHarness& task) {
    task.start(factory);
    return task.wait();
  }
};

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

TEST_F(Download, RedirectsAreFollowedButNotToFilesNorForever) {
  TaskHarness good(record_of(Json{{"url", origin.url("/redirect/small.bin")}}));
  EXPECT_EQ(run(good), "done") << good.error;
  TaskHarness file(record_of(Json{{"url", origin.url("/redirect-to-file")}}));
  EXPECT_EQ(run(file), "failed for good");
  EXPECT_THAT(file.error, HasSubstr("file"));
  TaskHarness loop(record_of(Json{{"url", origin.url("/loop")}}));
  EXPECT_EQ(run(loop), "failed for good");
  EXPECT_THAT(loop.error, HasSubstr("redirects"));
  EXPECT_EQ(folder.list(), "small.bin ");
}

TEST_F(Download, StatusesFailForGoodOrForNow) {
  for (const auto& [code, end] : {std::pair("404", "failed for good"), {"410", "failed for good"}, {"429", "failed"}, {"503", "failed"}}) {
    TaskHarness task(record_of(Json{{"url", origin.url(std::string("/status/") + code)}}));
    EXPECT_EQ(run(task), end) << code;
    EXPECT_THAT(task.error, HasSubstr(code));
  }
}

TEST_F(Download, ADeadOriginFailsForNow) {
  TaskHarness task(record_of(Json{{"url", "http://127.0.0.1:1/x"}}));
  EXPECT_EQ(run(task), "failed");
  EXPECT_THAT(task.error, HasSubstr("127.0.0.1"));
}

TEST_F(Download, AnAddressThatIsNotAllowedIsRefusedAlsoBehindARedirect) {
  DownloadFactory strict(folder.path(), AddressPolicy::public_only());
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}}));
  task.start(strict);
  EXPECT_EQ(task.wait(), "failed for good");
  EXPECT_THAT(task.error, HasSubstr("127.0.0.1 (see --download-allow)"));

  const TestServer server({"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:1/x\r\nContent-Length: 0\r\n\r\n"});
  DownloadFactory one(folder.path(), AddressPolicy::only({"127.0.0.1"}));
  TaskHarness redirected(record_of(Json{{"url", server.url("/x")}}));
  redirected.start(one);
  EXPECT_EQ(redirected.wait(), "failed for good");
  EXPECT_THAT(redirected.error, HasSubstr("127.0.0.2"));
}

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

TEST_F(Download, AWrongSumFailsForGoodAndLeavesNothing) {
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}, {"sha256", std::string(64, '0')}}));
  EXPECT_EQ(run(task), "failed for good");
  EXPECT_THAT(task.error, HasSubstr(origin.sha256(0)));
  EXPECT_EQ(folder.list(), "");
}

TEST_F(Download, AWrongSumOfAContinuedPartIsTriedOnceMoreFromTheStart) {
  folder.write(part_name, std::string(600'000, 'x'));
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}, {"sha256", origin.sha256(0)}},
                             checkpoint_for(etag_of(origin.root() / "small.bin"), 600'000)));
  EXPECT_EQ(run(task), "failed");
  EXPECT_EQ(folder.list(), "");
}

TEST_F(Download, AnExistingFileIsRefusedUnlessItIsTheOneAskedFor) {
  folder.write("small.bin", "mine");
  TaskHarness other(record_of(Json{{"url", origin.url("/small.bin")}}));
  EXPECT_EQ(run(other), "failed for good");
  EXPECT_THAT(other.error, HasSubstr("'small.bin' exists already"));
  TaskHarness wrong(record_of(Json{{"url", origin.url("/small.bin")}, {"sha256", origin.sha256(0)}}));
  EXPECT_EQ(run(wrong), "failed for good");
  EXPECT_EQ(folder.read("small.bin"), "mine");

  folder.write("small.bin", served("small.bin"));
  TaskHarness same(record_of(Json{{"url", "http://127.0.0.1:1/small.bin"}, {"sha256", origin.sha256(0)}}));
  EXPECT_EQ(run(same), "done") << same.error;
  EXPECT_EQ(folder.list(), "small.bin ");
}

TEST_F(Download, AFileThatAnEarlierRunFinishedIsKnownAgain) {
  TaskHarness first(record_of(Json{{"url", origin.url("/small.bin")}}));
  ASSERT_EQ(run(first), "done") << first.error;
  TaskHarness again(record_of(Json{{"url", "http://127.0.0.1:1/small.bin"}}, first.saved.back()));
  EXPECT_EQ(run(again), "done") << again.error;
  EXPECT_EQ(again.response.at("sha256").as_string(), origin.sha256(0));
}

TEST_F(Download, ASymbolicLinkDoesNotLeadOutOfTheFolder) {
  const TestFolder outside;
  fs::create_symlink(outside.path(), folder.path() / "link");
  TaskHarness through(record_of(Json{{"url", origin.url("/small.bin")}, {"path", "link/x"}}));
  EXPECT_EQ(run(through), "failed for good");
  EXPECT_THAT(through.error, HasSubstr("symbolic link"));
  fs::create_symlink(outside.path() / "target", folder.path() / "file");
  TaskHarness onto(record_of(Json{{"url", origin.url("/small.bin")}, {"path", "file"}}));
  EXPECT_EQ(run(onto), "failed for good");
  fs::create_symlink(outside.path() / "part", folder.path() / part_name);
  TaskHarness part(record_of(Json{{"url", origin.url("/small.bin")}, {"path", "x"}}));
  EXPECT_EQ(run(part), "failed");
  EXPECT_EQ(outside.list(), "");
}

TEST_F(Download, DataThatMayNotBeIsRefusedAtAddAndFailsForGood) {
  NewTask task;
  task.data = Json{{"url", "http://h/x"}, {"path", "../../etc/x"}};
  EXPECT_THROW(factory.validate(task), Error);
  EXPECT_THROW(factory.make(record_of(*task.data)), Fail);
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
  const TestServer silent({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"}, true);
  for (const auto& url : {origin.url("/rate/1m/medium.bin"), silent.url("/x")}) {
    TaskHarness task(record_of(Json{{"url", url}}));
    task.start(factory);
    task.wait_until([](const TaskHarness& t) { return spent_of(t) > 0; });
    const auto asked = TaskHarness::Clock::now();
    task.stop(core::StopReason::asked);
    EXPECT_EQ(task.wait(), "stopped");
    EXPECT_LT(TaskHarness::Clock::now() - asked, std::chrono::milliseconds(100)) << url;
    EXPECT_EQ(folder.list(), "");
  }
}

TEST_F(Download, ADrainKeepsThePart) {
  TaskHarness task(record_of(Json{{"url", origin.url("/rate/1m/medium.bin")}}));
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return spent_of(t) > 0 && !t.saved.empty(); });
  task.stop(core::StopReason::drain);
  EXPECT_EQ(task.wait(), "stopped");
  EXPECT_EQ(folder.list(), part_name + " ");
}

TEST_F(Download, AFullDiskFailsForNowAndSaysSo) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 200'000;
  setrlimit(RLIMIT_FSIZE, &small);
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}}));
  const auto end = run(task);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(end, "failed");
  EXPECT_THAT(task.error, HasSubstr("no more space for the download after 200000 bytes"));
}

TEST_F(Download, MoreThanTheDiskHoldsIsNotBegun) {
  const TestServer server({"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000000\r\n\r\nabc"});
  TaskHarness task(record_of(Json{{"url", server.url("/x")}}));
  EXPECT_EQ(run(task), "failed");
  EXPECT_THAT(task.error, HasSubstr("wants 1000000000000000000 bytes more"));
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

TEST_F(Download, TwoForOneNameEndWithOneFile) {
  auto record = record_of(Json{{"url", origin.url("/rate/1m/small.bin")}});
  TaskHarness first(record);
  record.id = ObjectId::from_hex("0123456789abcdef01234568").value();
  TaskHarness second(record);
  first.start(factory);
  second.start(factory);
  const auto ends = first.wait() + ", " + second.wait();
  EXPECT_TRUE(ends == "done, failed for good" || ends == "failed for good, done") << ends;
  EXPECT_EQ(folder.list(), "small.bin ");
}

TEST_F(Download, FtpArrivesWholeAndGoesOnWhereTheSumIsChecked) {
  const auto bytes = served("small.bin");
  {
    const TestFtpServer server(bytes);
    TaskHarness task(record_of(Json{{"url", server.url("/file.bin")}}));
    ASSERT_EQ(run(task), "done") << task.error;
    EXPECT_EQ(folder.read("file.bin"), bytes);
    EXPECT_EQ(task.told.back().at("total").as_int64(), 1 << 20);
  }
  folder.write(part_name, bytes.substr(0, 600'000));
  const TestFtpServer server(bytes);
  TaskHarness task(record_of(Json{{"url", server.url("/file.bin")}, {"path", "again"}, {"sha256", origin.sha256(0)}},
                             checkpoint_for("", 600'000)));
  ASSERT_EQ(run(task), "done") << task.error;
  EXPECT_EQ(folder.read("again"), bytes);
  EXPECT_EQ(server.sent_bytes(), bytes.size() - 600'000);
}

TEST_F(Download, AFileThatTheFtpServerDoesNotHaveFailsForGood) {
  const TestFtpServer server("");
  TaskHarness task(record_of(Json{{"url", server.url("/other.bin")}}));
  EXPECT_EQ(run(task), "failed for good");
  EXPECT_EQ(folder.list(), "");
}

TEST(DownloadStall, AServerThatFallsSilentFailsForNow) {
  struct Sink final : TransferSink {
    bool on_head(const AnswerHead&) override { return true; }
    bool on_body(std::string_view) override { return true; }
    void on_end(const TransferEnd& given) override { ended.set_value(given); }
    std::promise<TransferEnd> ended;
  };
  const TestServer silent({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"}, true);
  TransferLimits limits;
  limits.stalled = std::chrono::seconds(1);
  Sink sink;
  TransferLoop loop(AddressPolicy::everything(), limits);
  TransferRequest request;
  request.url = silent.url("/x");
  loop.start(request, sink);
  const auto end = sink.ended.get_future().get();
  EXPECT_EQ(end.kind, TransferEnd::Kind::failed);
  EXPECT_THAT(end.error, HasSubstr("too slow"));
}

}  // namespace
}  // namespace taskrunner::tasks
