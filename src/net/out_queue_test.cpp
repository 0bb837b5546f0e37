#include "net/out_queue.hpp"

#include <gtest/gtest.h>

#include <array>

namespace taskrunner::net {
namespace {

OutFrame text(std::string head, std::string tail = {}, std::string key = {}) {
  return {WebSocketOpcode::text, std::move(head), tail.empty() ? nullptr : std::make_shared<const std::string>(tail),
          std::move(key)};
}

std::string wire(const OutQueue& queue) {
  std::array<char, 64 * 1024> scratch;
  std::string bytes;
  for (const auto& buffer : queue.gather(scratch.data(), scratch.size()))
    bytes.append(static_cast<const char*>(buffer.data()), buffer.size());
  return bytes;
}

TEST(OutQueue, SendsTheSameBytesHoweverTheyAreTaken) {
  for (const std::size_t step : {1u, 3u, 1000u, 100'000u}) {
    OutQueue queue;
    queue.push(text("4head", "tail"));
    queue.push(text("4", std::string(5000, 'x')));
    queue.push({WebSocketOpcode::binary, std::string(200, 'b'), nullptr, {}});
    std::string sent;
    while (!queue.empty()) {
      const auto bytes = wire(queue).substr(0, step);
      ASSERT_FALSE(bytes.empty());
      sent += bytes;
      queue.consume(bytes.size());
    }
    EXPECT_EQ(sent, "\x81\x09" "4headtail" + std::string("\x81\x7e\x13\x89") + "4" + std::string(5000, 'x') +
                        std::string("\x82\x7e\0\xc8", 4) + std::string(200, 'b'));
    EXPECT_EQ(queue.bytes(), 0u);
  }
}

TEST(OutQueue, ReplacesAKeyOnlyBeforeItsFrameHasBegun) {
  OutQueue queue;
  EXPECT_FALSE(queue.push(text("one", {}, "k")));
  EXPECT_FALSE(queue.push(text("else")));
  EXPECT_TRUE(queue.push(text("second", {}, "k")));
  EXPECT_EQ(wire(queue), "\x81\x06second\x81\x04" "else");
  EXPECT_EQ(queue.bytes(), 10u);
  queue.consume(1);
  EXPECT_FALSE(queue.push(text("third", {}, "k")));
  EXPECT_EQ(wire(queue), "\x06second\x81\x04" "else\x81\x05third");
}

TEST(OutQueue, IsAPollingBodyWithoutControlFrames) {
  OutQueue queue;
  queue.push(text("4a", "b"));
  queue.push({WebSocketOpcode::binary, "\x01\x02\x03\x04", nullptr, {}});
  queue.push({WebSocketOpcode::pong, "", nullptr, {}});
  EXPECT_EQ(queue.take_polling_body(), "4ab\x1e" "bAQIDBA==");
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace taskrunner::net
