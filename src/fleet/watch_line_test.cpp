#include "fleet/watch_line.hpp"

#include <gtest/gtest.h>

namespace taskrunner::fleet {
namespace {

const ObjectId session = *ObjectId::from_hex("00000000000000000000000a");

std::optional<WatchLine> read_back(const WatchLine& line) {
  std::string text = to_text(line);
  text.pop_back();
  return parse_watch_line(text);
}

TEST(WatchLine, AHelloIsReadAsItWasWritten) {
  const auto line = read_back(Hello{session, "10.0.0.7:41000"});
  ASSERT_TRUE(line && std::holds_alternative<Hello>(*line));
  EXPECT_EQ(std::get<Hello>(*line).session, session);
  EXPECT_EQ(std::get<Hello>(*line).address, "10.0.0.7:41000");
}

TEST(WatchLine, AGoodbyeIsReadAsItWasWritten) {
  const auto line = read_back(Goodbye{});
  EXPECT_TRUE(line && std::holds_alternative<Goodbye>(*line));
}

TEST(WatchLine, WhatIsNoLineOfOursIsNone) {
  for (const char* text : {"", "hello", "hello ", "hello 00000000000000000000000a", "hello 00000000000000000000000a ",
                           "hello 00000000000000000000000g 1.2.3.4:5", "HTTP/1.1 400 Bad Request", "goodbye "})
    EXPECT_FALSE(parse_watch_line(text)) << text;
}

}  // namespace
}  // namespace taskrunner::fleet
