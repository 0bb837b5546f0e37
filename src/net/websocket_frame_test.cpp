#include "net/websocket_frame.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

namespace taskrunner::net {
namespace {

using enum WebSocketOpcode;
using Seen = std::vector<std::tuple<WebSocketOpcode, std::string, std::uint16_t>>;

struct FrameParts {
  bool final = true;
  int reserved = 0;
  int length_bytes = -1;  ///< -1: the shortest form
  bool masked = true;
};

/// A client's frame, masked with a key that differs in each byte.
std::string client_frame(int opcode, std::string payload, FrameParts parts = {}) {
  std::string frame{static_cast<char>((parts.final ? 0x80 : 0) | parts.reserved << 4 | opcode)};
  if (parts.length_bytes < 0) parts.length_bytes = static_cast<int>(websocket_head_size(payload.size()) - 2);
  const auto marker = parts.length_bytes == 0 ? payload.size() : parts.length_bytes == 2 ? 126u : 127u;
  frame.push_back(static_cast<char>((parts.masked ? 0x80 : 0) | marker));
  for (int i = parts.length_bytes - 1; i >= 0; --i) frame.push_back(static_cast<char>(payload.size() >> 8 * i));
  if (!parts.masked) return frame + payload;
  const std::string key = "\x11\x22\xf3\x44";
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return frame + key + payload;
}

struct Decoded {
  Seen seen;
  std::uint16_t error = 0;
};

/// Feeds the bytes in pieces of that size.
Decoded decode(std::string bytes, std::size_t piece = 1 << 30, std::size_t limit = 1'000'000) {
  Decoded result;
  WebSocketDecoder decoder(limit);
  const auto sink = [&](WebSocketOpcode kind, std::string_view payload, std::uint16_t code) {
    result.seen.emplace_back(kind, payload, code);
    return true;
  };
  for (std::size_t at = 0; at < bytes.size() && !result.error; at += piece)
    result.error = decoder.decode(bytes.data() + at, std::min(piece, bytes.size() - at), sink);
  return result;
}

TEST(WebSocketDecoder, GivesMessagesOfEveryLengthFormHoweverTheyAreCut) {
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u, 70000u}) {
    const std::string payload(size, 'x');
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 30}) {
      const auto result = decode(client_frame(1, payload) + client_frame(2, payload), piece);
      EXPECT_EQ(result.error, 0);
      EXPECT_EQ(result.seen, (Seen{{text, payload, 0}, {binary, payload, 0}}));
    }
  }
}

TEST(WebSocketDecoder, JoinsFragmentsAndLetsControlFramesBetweenThem) {
  const auto bytes = client_frame(1, "He", {.final = false}) + client_frame(9, "p1") +
                     client_frame(0, "ll", {.final = false}) + client_frame(10, "") + client_frame(0, "o");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 30})
    EXPECT_EQ(decode(bytes, piece).seen, (Seen{{ping, "p1", 0}, {pong, "", 0}, {text, "Hello", 0}}));
}

TEST(WebSocketDecoder, JoinsEmptyFragments) {
  EXPECT_EQ(decode(client_frame(1, "", {.final = false}) + client_frame(0, "", {.final = false}) + client_frame(0, "")).seen,
            (Seen{{text, "", 0}}));
}

TEST(WebSocketDecoder, RefusesWhatTheProtocolForbids) {
  const std::vector<std::string> broken{
      client_frame(1, "x", {.masked = false}),
      client_frame(1, "x", {.reserved = 1}),
      client_frame(1, "x", {.reserved = 2}),
      client_frame(9, "x", {.reserved = 4}),
      client_frame(3, "x"),
      client_frame(7, "x"),
      client_frame(11, "x"),
      client_frame(15, "x"),
      client_frame(9, "x", {.final = false}),
      client_frame(8, "", {.final = false}),
      client_frame(9, std::string(126, 'x')),
      client_frame(0, "x"),
      client_frame(0, "x", {.final = false}),
      client_frame(1, "x", {.final = false}) + client_frame(1, "y"),
      client_frame(1, "x", {.length_bytes = 2}),
      client_frame(1, "x", {.length_bytes = 8}),
      client_frame(8, "x"),
      client_frame(8, std::string("\x03\xec", 2)),  // 1004
      client_frame(8, std::string("\x03\xed", 2)),  // 1005
      client_frame(8, std::string("\x03\xee", 2)),  // 1006
      client_frame(8, std::string("\x03\xf7", 2)),  // 1015
      client_frame(8, std::string("\x03\xe7", 2)),  // 999
      client_frame(8, std::string("\x0b\xb7", 2)),  // 2999
      client_frame(8, std::string("\x13\x88", 2)),  // 5000
  };
  for (std::size_t i = 0; i < broken.size(); ++i)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 30})
      EXPECT_EQ(decode(broken[i], piece).error, websocket_protocol_error) << "case " << i;
}

TEST(WebSocketDecoder, RefusesTextThatIsNotUtf8AtTheFirstWrongByte) {
  EXPECT_EQ(decode(client_frame(1, "\xce\xba\xed\xa0")).error, websocket_invalid_text);
  EXPECT_EQ(decode(client_frame(1, "\xed", {.final = false}) + client_frame(0, "\xa0", {.final = false})).error,
            websocket_invalid_text);
  EXPECT_EQ(decode(client_frame(1, "\xe2\x82")).error, websocket_invalid_text);
  EXPECT_EQ(decode(client_frame(8, "\x03\xe8\xff")).error, websocket_invalid_text);
  EXPECT_EQ(decode(client_frame(2, "\xff\xfe")).error, 0);
  const auto cut = client_frame(1, "\xe2\x82", {.final = false}) + client_frame(0, "\xac");
  EXPECT_EQ(decode(cut).seen, (Seen{{text, "\xe2\x82\xac", 0}}));
}

TEST(WebSocketDecoder, RefusesATooLargeMessageAtItsHead) {
  const auto whole = client_frame(1, std::string(101, 'x'));
  EXPECT_EQ(decode(whole.substr(0, 8), 1, 100).error, websocket_too_big);
  EXPECT_EQ(decode(client_frame(1, std::string(60, 'x'), {.final = false}) + client_frame(0, std::string(41, 'x')), 1, 100).error,
            websocket_too_big);
  EXPECT_EQ(decode(client_frame(1, std::string(100, 'x')), 1, 100).error, 0);
  EXPECT_EQ(decode(std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14)).error, websocket_protocol_error);
}

TEST(WebSocketDecoder, GivesTheCloseCodeAndNothingBehindIt) {
  const auto result = decode(client_frame(8, "\x03\xe9why") + client_frame(1, "late"));
  EXPECT_EQ(result.error, 0);
  EXPECT_EQ(result.seen, (Seen{{close, "why", 1001}}));
  EXPECT_EQ(decode(client_frame(8, "")).seen, (Seen{{close, "", websocket_no_status}}));
  EXPECT_EQ(decode(client_frame(8, "\x0b\xb8")).seen, (Seen{{close, "", 3000}}));
}

TEST(WebSocketDecoder, StopsWhereTheSinkSaysSo) {
  int calls = 0;
  WebSocketDecoder decoder(100);
  auto bytes = client_frame(1, "a") + client_frame(1, "b");
  EXPECT_EQ(decoder.decode(bytes.data(), bytes.size(), [&](auto, auto, auto) { return ++calls == 0; }), 0);
  EXPECT_EQ(calls, 1);
}

TEST(WebSocketDecoder, ThrowsAwayWhatComesBehindAViolation) {
  WebSocketDecoder decoder(100);
  const auto never = [](auto, auto, auto) {
    ADD_FAILURE() << "a message after a violation";
    return true;
  };
  auto broken = client_frame(3, "x");
  EXPECT_EQ(decoder.decode(broken.data(), broken.size(), never), websocket_protocol_error);
  for (int i = 0; i < 100; ++i) {
    auto good = client_frame(1, "later");
    EXPECT_EQ(decoder.decode(good.data(), good.size(), never), 0);
  }
}

TEST(WebSocketHead, IsTheShortestFormAndNeverMasked) {
  char head[10];
  ASSERT_EQ(write_websocket_head(text, 125, head), 2u);
  EXPECT_EQ(std::string(head, 2), "\x81\x7d");
  ASSERT_EQ(write_websocket_head(binary, 126, head), 4u);
  EXPECT_EQ(std::string(head, 4), std::string("\x82\x7e\0\x7e", 4));
  ASSERT_EQ(write_websocket_head(text, 65536, head), 10u);
  EXPECT_EQ(std::string(head, 10), std::string("\x81\x7f\0\0\0\0\0\x01\0\0", 10));
}

TEST(WebSocketClosePayload, CutsAReasonAtACharactersEnd) {
  EXPECT_EQ(websocket_close_payload(1000, "bye"), "\x03\xe8" "bye");
  const auto payload = websocket_close_payload(1002, std::string(122, 'x') + "€");
  EXPECT_EQ(payload.size(), 124u);
  EXPECT_TRUE(is_utf8(std::string_view(payload).substr(2)));
}

}  // namespace
}  // namespace taskrunner::net
