#include "tasks/download_data.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

namespace taskrunner::tasks {
namespace {

std::string refusal_of(const char* json) {
  try {
    read_download_data(Json::parse(json));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "accepted";
}

TEST(DownloadData, AllMembersAreRead) {
  const auto data = read_download_data(Json::parse(
      R"({"url": "http://h/a", "path": "x/y.bin", "bytesPerSecond": 500,
          "sha256": "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"})"));
  EXPECT_EQ(data.path, "x/y.bin");
  EXPECT_EQ(data.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(data.bytes_per_second, 500);
}

TEST(DownloadData, WhatIsWrongIsNamed) {
  const auto names = [](const char* json, const char* text) {
    EXPECT_NE(refusal_of(json).find(text), std::string::npos) << json << ": " << refusal_of(json);
  };
  names(R"({})", "'url' is missing");
  names(R"([])", "download#1 wants data");
  names(R"({"url": 5})", "'url' must be a string");
  names(R"({"url": "file:///etc/passwd"})", "not file:");
  names(R"({"url": "gopher://h/x"})", "not gopher:");
  names(R"({"url": "h/x"})", "is no URL");
  names(R"({"url": "http://"})", "is no URL");
  names(R"({"url": "http://h/a b"})", "is no URL");
  names(R"({"url": "http://h/\u0000x"})", "zero byte");
  names(R"({"url": "http://h/x", "path": "../../etc/x"})", "'../../etc/x' must stay below the download folder");
  names(R"({"url": "http://h/x", "path": "a/../../x"})", "below the download folder");
  names(R"({"url": "http://h/x", "path": "/etc/x"})", "relative");
  names(R"({"url": "http://h/x", "path": ""})", "empty");
  names(R"({"url": "http://h/x", "path": "a//b"})", "empty part");
  names(R"({"url": "http://h/x", "path": "a/"})", "empty part");
  names(R"({"url": "http://h/x", "path": "a\u0000b"})", "control");
  names(R"({"url": "http://h/x", "path": ".a.part"})", "unfinished");
  names(R"({"url": "http://h/x", "sha256": "abc"})", "'sha256' must be 64");
  names(R"({"url": "http://h/x", "bytesPerSecond": 0})", "positive");
  names(R"({"url": "http://h/x", "bytesPerSecond": "1m"})", "must be a number");
}

TEST(DownloadData, TheDefaultNameIsTheUrlsLastPartMadeSafe) {
  EXPECT_EQ(default_path("http://h/a/big.iso?x=1#y"), "big.iso");
  EXPECT_EQ(default_path("http://h/a%20b.txt"), "a b.txt");
  EXPECT_EQ(default_path("http://h/%2e%2e%2fetc%2fpasswd"), "_._etc_passwd");
  EXPECT_EQ(default_path("http://h/..%2f"), "_._");
  EXPECT_EQ(default_path("http://h/a%00b%0a"), "a_b_");
  EXPECT_EQ(default_path("http://h/%ff%c3%bc"), "_ü");
  EXPECT_EQ(default_path("http://h/"), "download");
  EXPECT_EQ(default_path("http://h"), "download");
  EXPECT_LE(default_path("http://h/" + std::string(5000, 'x')).size(), 200u);
}

}  // namespace
}  // namespace taskrunner::tasks
