#include "net/engineio_packet.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace taskrunner::net {
namespace {

struct Body {
  bool good = false;
  std::vector<std::string> parts;  ///< type (or 'b') + data
};

Body decode(std::string_view body) {
  Body result;
  result.good = decode_polling_body(body, [&](const EnginePacket& packet) {
    result.parts.push_back((packet.binary ? 'b' : static_cast<char>(packet.type)) + std::string(packet.data));
    return true;
  });
  return result;
}

TEST(EnginePacket, KnowsItsSevenTypes) {
  for (const char type : std::string("0123456")) {
    const auto text = std::string(1, type) + "data";
    const auto packet = decode_engine_packet(text);
    ASSERT_TRUE(packet);
    EXPECT_EQ(static_cast<char>(packet->type), type);
    EXPECT_EQ(packet->data, "data");
  }
  for (const char* text : {"", "7", "abc", " 4", "b"}) EXPECT_FALSE(decode_engine_packet(text)) << text;
}

TEST(PollingBody, SplitsAtRecordSeparatorsAndDecodesBase64) {
  const auto body = decode("4hello\x1e" "2\x1e" "bAQIDBA==");
  EXPECT_TRUE(body.good);
  EXPECT_EQ(body.parts, (std::vector<std::string>{"4hello", "2", std::string("b\1\2\3\4")}));
}

TEST(PollingBody, RefusesEmptyPartsUnknownTypesBrokenBase64AndBrokenUtf8) {
  for (const char* body : {"", "\x1e", "4a\x1e", "\x1e" "4a", "abc", "9", "bA", "b====", "b!!!!", "4\xff"})
    EXPECT_FALSE(decode(body).good) << body;
  EXPECT_EQ(decode("4a\x1ex").parts, (std::vector<std::string>{"4a"}));
}

TEST(PollingBody, StopsWhereTheSinkSaysSo) {
  int calls = 0;
  EXPECT_TRUE(decode_polling_body("4a\x1e" "4b", [&](auto&) { return ++calls == 0; }));
  EXPECT_EQ(calls, 1);
}

TEST(PollingBody, IsBuiltAsItIsRead) {
  std::string body;
  append_polling_text(body, "4he", "llo");
  append_polling_binary(body, std::string("\1\2\3\4"));
  append_polling_text(body, "6");
  EXPECT_EQ(body, "4hello\x1e" "bAQIDBA==\x1e" "6");
}

TEST(OpenPacket, HasExactlyTheFiveFields) {
  EXPECT_EQ(engine_open_packet("abc", true, 300, 200, 1000000),
            R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000})");
  EXPECT_NE(engine_open_packet("abc", false, 1, 2, 3).find("\"upgrades\":[]"), std::string::npos);
}

}  // namespace
}  // namespace taskrunner::net
