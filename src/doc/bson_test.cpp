#include "doc/bson.hpp"

#include "doc/bson_type.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

#include <random>

namespace taskrunner {
namespace {

using namespace std::string_literals;

TEST(Bson, the_specifications_example_has_its_bytes) {
  const std::string bytes = "\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0"s;
  JsonObject document;
  document.set("hello", "world");
  EXPECT_EQ(encode_bson(document), bytes);
  EXPECT_EQ(decode_bson(bytes), document);
}

TEST(Bson, the_types_keep_apart) {
  const Json value{{"int", 5}, {"long", Json::int64(5)}, {"double", 5.0}, {"array", Json::array({1, Json::array({})})}, {"null", nullptr}};
  const Json back(decode_bson(encode_bson(value.as_object())));
  EXPECT_EQ(back, value);
  EXPECT_EQ(type_name(back.at("int")), "int");
  EXPECT_EQ(type_name(back.at("long")), "long");
  EXPECT_EQ(type_name(back.at("double")), "double");
}

TEST(Bson, any_value_can_stand_alone) {
  for (const Json& value : {Json(), Json(1), Json("x"), Json::array({1, 2}), Json::object(), Json(Date{-1}), Json(ObjectId()),
                            Json(Binary{5, "a\0b"s}), Json("nul \0 in text"s)})
    EXPECT_EQ(decode_bson_value(encode_bson_value(value)), value) << value.dump();
}

TEST(Bson, a_nul_in_a_name_is_refused) {
  JsonObject document;
  document.set("a\0b"s, 1);
  EXPECT_THROW(encode_bson(document), Error);
}

TEST(Bson, what_json_text_may_nest_can_be_stored) {
  const auto nested = [](int levels) {
    Json value = 1;
    for (int i = 0; i < levels; ++i) value = i % 2 ? Json(JsonArray{value}) : Json{{"a", value}};
    return value;
  };
  EXPECT_EQ(decode_bson_value(encode_bson_value(nested(100))), nested(100));
  EXPECT_THROW(encode_bson_value(nested(101)), Error);
}

TEST(Bson, cut_bytes_are_refused) {
  const Json value{{"a", Json::array({1, "two", 3.5, Json{{"b", true}}})},
                   {"c", RareBson{bson_regex, "a\0i\0"s}},
                   {"d", Binary{0, "xyz"}},
                   {"e", RareBson{bson_code_with_scope, "\x0f\0\0\0\x02\0\0\0f\0\x05\0\0\0\0"s}}};
  const std::string bytes = encode_bson(value.as_object());
  ASSERT_EQ(Json(decode_bson(bytes)), value);
  for (std::size_t length = 0; length < bytes.size(); ++length) EXPECT_THROW(decode_bson(bytes.substr(0, length)), Error) << length;
  EXPECT_THROW(decode_bson(bytes + "x"), Error);
}

TEST(Bson, wrong_lengths_and_types_are_refused) {
  for (const std::string& bytes :
       {""s, "\x05\0\0\0\x01"s, "\xff\xff\xff\xff\0"s, "\x0c\0\0\0\x55" "a\0\0\0\0\0\0"s, "\x0d\0\0\0\x02" "a\0\0\0\0\0\0\0"s,
        "\x0d\0\0\0\x05" "a\0\xff\xff\xff\xff\0"s, "\x12\0\0\0\x0f" "a\0\x0a\0\0\0\x01\0\0\0\0\0"s})
    EXPECT_THROW(decode_bson(bytes), Error) << testing::PrintToString(bytes);
}

TEST(Bson, changed_bytes_give_a_document_or_a_refusal) {
  const Json value{{"a", Json::array({1, "two", 3.5})}, {"b", Json{{"c", Date{5}}, {"d", Binary{0, "xyz"}}}}};
  const std::string good = encode_bson(value.as_object());
  std::mt19937 engine(1);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (int changes = 0; changes < 2; ++changes) bytes[engine() % bytes.size()] = static_cast<char>(engine());
    try {
      const JsonObject document = decode_bson(bytes);
      EXPECT_EQ(encode_bson(document).size(), bytes.size());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      ++refused;
    }
  }
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace taskrunner
