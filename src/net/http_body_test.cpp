#include "net/http_body.hpp"

#include <gtest/gtest.h>

namespace taskrunner::net {
namespace {

/// The body, or the error's status; behind it how many bytes were left over.
std::string read(std::string_view bytes, std::optional<std::uint64_t> length = {}, std::size_t piece = 1) {
  HttpBodyReader reader(length);
  reader.set_limit(20);
  std::string body;
  std::size_t at = 0;
  while (at < bytes.size() && !reader.complete() && !reader.error_status())
    at += reader.feed(bytes.substr(at, piece), body);
  if (reader.error_status()) return std::to_string(reader.error_status());
  return (reader.complete() ? body : "waits") + "|" + std::to_string(bytes.size() - at);
}

TEST(HttpBodyReader, ReadsByLengthAndInChunksHoweverTheyAreCut) {
  for (const std::size_t piece : {1u, 2u, 100u}) {
    EXPECT_EQ(read("helloGET", 5, piece), "hello|3");
    EXPECT_EQ(read("GET", 0, piece), "|3");
    EXPECT_EQ(read("5\r\nhello\r\n0\r\n\r\nGET", {}, piece), "hello|3");
    EXPECT_EQ(read("3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\nZ: \r\n\r\n", {}, piece), "abc0123456789|0");
    EXPECT_EQ(read("5\r\nhel", {}, piece), "waits|0");
  }
}

TEST(HttpBodyReader, RefusesWhatAnotherCouldReadDifferently) {
  for (const char* wrong : {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\n", "1\n", "1\r\nab\r\n", "1\r\na\n",
                            "1\r\na\r\r\n", "0\r\nno trailer\r\n", "0\r\n: x\r\n", "0\n\r\n\r\n", "1;a\x01\r\n"})
    EXPECT_EQ(read(wrong), "400") << wrong;
  EXPECT_EQ(read("1;" + std::string(5000, 'x')), "400");
  EXPECT_EQ(read("0\r\n" + std::string(5000, 'x')), "400");
}

TEST(HttpBodyReader, HoldsTheLimitBeforeTheBytesCome) {
  EXPECT_EQ(read("15\r\n"), "413");
  EXPECT_EQ(read("10\r\n0123456789abcdef\r\n5\r\n"), "413");
  EXPECT_EQ(read("fffffffffffffffff\r\n"), "413");
  EXPECT_EQ(read("14\r\n0123456789abcdef0123\r\n0\r\n\r\n"), "0123456789abcdef0123|0");
}

}  // namespace
}  // namespace taskrunner::net
