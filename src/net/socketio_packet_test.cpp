#include "net/socketio_packet.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace taskrunner::net {
namespace {

std::optional<SocketPacket> decode(std::string_view text) { return decode_socket_packet(text, 10); }

/// The packet in one line, or "none".
std::string shown(std::string_view text) {
  const auto packet = decode(text);
  if (!packet) return "none";
  return std::to_string(static_cast<int>(packet->type)) + " " + packet->namespace_name + " " +
         (packet->id ? std::to_string(*packet->id) : "-") + " " + std::to_string(packet->attachments) + " " +
         (packet->payload ? boost::json::serialize(*packet->payload) : "-");
}

TEST(SocketPacket, IsReadInEveryFormOfTheProtocol) {
  EXPECT_EQ(shown("0"), "0 / - 0 -");
  EXPECT_EQ(shown(R"(0{"token":"123"})"), R"(0 / - 0 {"token":"123"})");
  EXPECT_EQ(shown("0/admin,"), "0 /admin - 0 -");
  EXPECT_EQ(shown("0/admin"), "0 /admin - 0 -");
  EXPECT_EQ(shown(R"(0/admin,{"a":1})"), R"(0 /admin - 0 {"a":1})");
  EXPECT_EQ(shown("1"), "1 / - 0 -");
  EXPECT_EQ(shown("1/admin,"), "1 /admin - 0 -");
  EXPECT_EQ(shown(R"(2["foo"])"), R"(2 / - 0 ["foo"])");
  EXPECT_EQ(shown(R"(2/admin,12["foo",1])"), R"(2 /admin 12 0 ["foo",1])");
  EXPECT_EQ(shown("3/admin,13[]"), "3 /admin 13 0 []");
  EXPECT_EQ(shown(R"(51-["baz",{"_placeholder":true,"num":0}])"), R"(5 / - 1 ["baz",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(shown(R"(52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])").substr(0, 12),
            "5 /admin - 2");
  EXPECT_EQ(shown(R"(61-15[{"_placeholder":true,"num":0}])"), R"(6 / 15 1 [{"_placeholder":true,"num":0}])");
  EXPECT_EQ(shown("2[42]"), "2 / - 0 [42]");
}

TEST(SocketPacket, RefusesWhatIsMalformed) {
  for (const char* text :
       {"", "7", "abc", "x", "2", "2{}", "2[]", "2[null]", "2[{}]", R"(2["a")", R"(2["a"]x)", R"(2abc["a"])", "0[]", "0\"x\"",
        "1{}", "3[1]", "3{}", "31{}", "33", R"(5["a"])", R"(5-["a"])", R"(5x-["a"])", R"(511-["a"])", R"(5-1-["a"])", "44",
        R"(51-["a",{"_placeholder":true,"num":1}])", R"(51-["a",{"_placeholder":true,"num":-1}])",
        R"(51-["a",{"_placeholder":true}])", R"(51-["a",[{"x":{"_placeholder":true,"num":"0"}}]])",
        R"(299999999999999999999["a"])", R"(29007199254740993["a"])", "2[\"\xff\"]"})
    EXPECT_EQ(shown(text), "none") << text;
}

TEST(SocketPacket, RefusesReservedEventNames) {
  for (const std::string name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
    EXPECT_FALSE(decode("2[\"" + name + "\"]")) << name;
  EXPECT_TRUE(decode(R"(2["connected"])"));
}

TEST(SocketPacket, RefusesJsonNestedTooDeep) {
  const auto nested = [](int depth) { return "2[\"a\"," + std::string(depth, '[') + std::string(depth, ']') + "]"; };
  EXPECT_TRUE(decode(nested(1'000)));
  EXPECT_FALSE(decode(nested(100'000)));
}

TEST(SocketPacket, TakesThePlaceholderOfAPlainEventAsData) {
  EXPECT_TRUE(decode(R"(2["a",{"_placeholder":true,"num":7}])"));
}

TEST(SocketPacketHead, IsWrittenAsItIsRead) {
  EXPECT_EQ(socket_packet_head(SocketPacketType::connect, "/"), "40");
  EXPECT_EQ(socket_packet_head(SocketPacketType::event, "/tasks"), "42/tasks,");
  EXPECT_EQ(socket_packet_head(SocketPacketType::ack, "/tasks", 12), "43/tasks,12");
  EXPECT_EQ(socket_packet_head(SocketPacketType::binary_event, "/", {}, 2), "452-");
  EXPECT_EQ(socket_packet_head(SocketPacketType::binary_ack, "/a", 7, 1), "461-/a,7");
}

TEST(JsonQuote, EscapesWhatJsonAsksFor) { EXPECT_EQ(json_quote("a\"\\\n\x01€"), R"("a\"\\\n\u0001€")"); }

TEST(Placeholder, GivesItsNumberOnly) {
  const auto number = [](const char* text) { return placeholder_number(boost::json::parse(text)); };
  EXPECT_EQ(number(R"({"_placeholder":true,"num":3})"), 3u);
  EXPECT_FALSE(number(R"({"_placeholder":false,"num":3})"));
  EXPECT_FALSE(number(R"({"num":3})"));
  EXPECT_FALSE(number("3"));
}

}  // namespace
}  // namespace taskrunner::net
