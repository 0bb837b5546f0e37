// Whom a download reaches, and what the servers say.

#include "tasks/download_fixture.hpp"
#include "tasks/test_ftp_server.hpp"
#include "tasks/test_server.hpp"

#include <future>

namespace taskrunner::tasks {
namespace {

using testing::HasSubstr;

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

TEST_F(Download, ADeadOriginFailsForNow) {
  TaskHarness task(record_of(Json{{"url", "http://127.0.0.1:1/x"}}));
  EXPECT_EQ(run(task), "failed");
  EXPECT_THAT(task.error, HasSubstr("127.0.0.1"));
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

TEST_F(Download, HttpsArrivesFromWhomAnAuthorityVouchesFor) {
  TransferOptions options;
  options.ca_file = origin.certificate();
  DownloadFactory trusting(folder.path(), AddressPolicy::everything(), options);
  TaskHarness task(record_of(Json{{"url", origin.url_tls("/small.bin")}, {"sha256", origin.sha256(0)}}));
  task.start(trusting);
  EXPECT_EQ(task.wait(), "done") << task.error;
}

TEST_F(Download, HttpsFromWhomNobodyVouchesForFailsForGoodAndLeavesNothing) {
  TaskHarness task(record_of(Json{{"url", origin.url_tls("/small.bin")}}));
  EXPECT_EQ(run(task), "failed for good");
  EXPECT_THAT(task.error, HasSubstr("certificate"));
  EXPECT_THAT(task.error, HasSubstr("SSL_CERT_FILE"));
  EXPECT_EQ(folder.list(), "");
}

TEST_F(Download, AnAddressOfIpVersion6IsReachedAndRefusedAsAnyOther) {
  const auto url = origin.url_v6("/small.bin");
  if (url.empty()) return;  // this machine has no ::1
  TaskHarness task(record_of(Json{{"url", url}, {"sha256", origin.sha256(0)}}));
  EXPECT_EQ(run(task), "done") << task.error;
  DownloadFactory strict(folder.path(), AddressPolicy::public_only());
  TaskHarness refused(record_of(Json{{"url", url}, {"path", "x"}}));
  refused.start(strict);
  EXPECT_EQ(refused.wait(), "failed for good");
  EXPECT_THAT(refused.error, HasSubstr("::1 (see --download-allow)"));
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
  TransferOptions options;
  options.stalled = std::chrono::seconds(1);
  Sink sink;
  TransferLoop loop(AddressPolicy::everything(), options);
  TransferRequest request;
  request.url = silent.url("/x");
  loop.start(request, sink);
  const auto end = sink.ended.get_future().get();
  EXPECT_EQ(end.kind, TransferEnd::Kind::failed);
  EXPECT_THAT(end.error, HasSubstr("too slow"));
}

}  // namespace
}  // namespace taskrunner::tasks
