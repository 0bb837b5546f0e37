// Where a download lands: names, links, space.

#include "tasks/download_fixture.hpp"
#include "tasks/test_server.hpp"

#include <sys/resource.h>

namespace taskrunner::tasks {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

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

TEST_F(Download, ThePartLiesBesideItsTargetSoThatAnotherMountDoesNoHarm) {
  TaskHarness task(record_of(Json{{"url", origin.url("/rate/1m/medium.bin")}, {"path", "a/b/x"}}));
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return spent_of(t) > 0; });
  EXPECT_TRUE(fs::exists(folder.path() / "a/b" / part_name));
  task.stop(core::StopReason::asked);
  EXPECT_EQ(task.wait(), "stopped");
  EXPECT_TRUE(fs::is_empty(folder.path() / "a/b"));
}

TEST_F(Download, AFolderThatTakesNoFileFailsForNowAndIsNamed) {
  DownloadFactory nowhere("/sys", AddressPolicy::everything());  // also to root
  TaskHarness task(record_of(Json{{"url", origin.url("/small.bin")}}));
  task.start(nowhere);
  EXPECT_EQ(task.wait(), "failed");
  EXPECT_THAT(task.error, HasSubstr("cannot write '" + part_name + "' below the download folder: "));
  folder.write("file", "");
  DownloadFactory file(folder.path() / "file", AddressPolicy::everything());
  TaskHarness other(record_of(Json{{"url", origin.url("/small.bin")}}));
  other.start(file);
  EXPECT_EQ(other.wait(), "failed");
  EXPECT_THAT(other.error, HasSubstr("cannot open the download folder '" + (folder.path() / "file").string() + "'"));
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

}  // namespace
}  // namespace taskrunner::tasks
