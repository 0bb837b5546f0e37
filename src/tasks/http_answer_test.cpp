#include "tasks/http_answer.hpp"

#include <gtest/gtest.h>

namespace taskrunner::tasks {
namespace {

AnswerHead head_of(std::initializer_list<const char*> lines) {
  AnswerHead head;
  for (const char* line : lines) head.take_line(line);
  return head;
}

TEST(HttpAnswer, AHeadIsReadFromItsLines) {
  const auto head = head_of({"HTTP/1.1 302 Found\r\n", "ETag: \"old\"\r\n", "\r\n", "HTTP/1.1 206 Partial Content\r\n",
                             "eTag:  \"x\" \r\n", "Content-Range: bytes 5-9/10\r\n", "Content-Length: 5\r\n"});
  EXPECT_EQ(head.status, 206);
  EXPECT_EQ(head.etag, "\"x\"");
  EXPECT_EQ(head.first_byte, 5u);
  EXPECT_EQ(head.total, 10u);
  EXPECT_EQ(head_of({"HTTP/2 200", "content-length: 7"}).total, 7u);
  EXPECT_EQ(head_of({"HTTP/2 200"}).total, std::nullopt);
  EXPECT_EQ(head_of({"HTTP/1.1 206 x", "Content-Range: bytes 5-9/*"}).total, std::nullopt);
  EXPECT_EQ(head_of({"HTTP/1.1 200 OK", "Content-Length: 7x"}).total, std::nullopt);
}

TEST(HttpAnswer, AWeakETagIsNoValidator) {
  EXPECT_EQ(head_of({"HTTP/2 200", "etag: W/\"x\"", "last-modified: Mon"}).validator(), "Mon");
  EXPECT_EQ(head_of({"HTTP/2 200", "etag: W/\"x\""}).validator(), "");
}

TEST(HttpAnswer, TheVerdictFollowsStatusRangeAndFile) {
  const AskedPart whole;
  const AskedPart part{5, "\"x\"", 10};
  EXPECT_EQ(judge(whole, head_of({"HTTP/1.1 200"})), Verdict::append);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 200"})), Verdict::start_over);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 206", "content-range: bytes 5-9/10", "etag: \"x\""})), Verdict::append);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 206", "content-range: bytes 5-9/10"})), Verdict::append);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 206", "content-range: bytes 5-9/10", "etag: \"y\""})), Verdict::ask_whole);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 206", "content-range: bytes 4-9/10", "etag: \"x\""})), Verdict::ask_whole);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 206", "content-range: bytes 5-10/11"})), Verdict::ask_whole);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 206"})), Verdict::ask_whole);
  EXPECT_EQ(judge(part, head_of({"HTTP/1.1 416"})), Verdict::ask_whole);
  EXPECT_EQ(judge(whole, head_of({"HTTP/1.1 416"})), Verdict::fail);
  EXPECT_EQ(judge(whole, head_of({"HTTP/1.1 206", "content-range: bytes 0-9/10"})), Verdict::fail);
}

TEST(HttpAnswer, OnlySomeErrorsAreForNow) {
  AnswerHead head;
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    head.status = status;
    EXPECT_EQ(judge({}, head), Verdict::fail_for_now) << status;
  }
  for (const int status : {204, 300, 304, 400, 401, 403, 404, 410, 451}) {
    head.status = status;
    EXPECT_EQ(judge({}, head), Verdict::fail) << status;
  }
}

TEST(HttpAnswer, AFileOfAnFtpServerIsNotKnownAgainByAnHttpValidator) {
  AnswerHead head;
  head.is_ftp = true;
  head.status = 206;
  head.first_byte = 5;
  EXPECT_EQ(judge({5, "\"x\"", std::nullopt}, head), Verdict::ask_whole);
  EXPECT_EQ(judge({5, "", std::nullopt}, head), Verdict::append);
}

}  // namespace
}  // namespace taskrunner::tasks
