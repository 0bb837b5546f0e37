#include "doc/extended_json.hpp"

#include "doc/bson.hpp"
#include "doc/bson_type.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace taskrunner {
namespace {

Json read(std::string_view text) { return from_extended_json(Json::parse(text)); }

/// Canonical literals; each is its own canonical form.
constexpr const char* canonical[] = {
    R"({"$numberInt":"5"})",
    R"({"$numberInt":"-2147483648"})",
    R"({"$numberLong":"5"})",
    R"({"$numberLong":"-9223372036854775808"})",
    R"({"$numberDouble":"1.5"})",
    R"({"$numberDouble":"1.0"})",
    R"({"$numberDouble":"-0.0"})",
    R"({"$numberDouble":"NaN"})",
    R"({"$numberDouble":"-Infinity"})",
    R"({"$numberDecimal":"1.50"})",
    R"({"$oid":"507f1f77bcf86cd799439011"})",
    R"({"$date":{"$numberLong":"1769851800123"}})",
    R"({"$date":{"$numberLong":"-1"}})",
    R"({"$binary":{"base64":"Zm9v","subType":"00"}})",
    R"({"$binary":{"base64":"Zm9v","subType":"02"}})",
    R"({"$binary":{"base64":"","subType":"80"}})",
    R"({"$regularExpression":{"pattern":"^a","options":"im"}})",
    R"({"$timestamp":{"t":4294967295,"i":1}})",
    R"({"$code":"f"})",
    R"({"$code":"f","$scope":{"x":{"$numberInt":"1"}}})",
    R"({"$symbol":"s"})",
    R"({"$dbPointer":{"$ref":"db.c","$id":{"$oid":"507f1f77bcf86cd799439011"}}})",
    R"({"$minKey":1})",
    R"({"$maxKey":1})",
    R"({"$undefined":true})",
    "null",
    "true",
    R"("text")",
    R"([{"$numberInt":"1"},[]])",
    R"({"a":{"b":[{"$numberInt":"1"}]},"c":{}})",
};

TEST(ExtendedJson, every_type_comes_back_from_its_canonical_form) {
  for (const char* text : canonical) EXPECT_EQ(Json::parse(to_extended_json(read(text)).dump()).dump(), Json::parse(text).dump());
}

TEST(ExtendedJson, every_type_survives_bson) {
  for (const char* text : canonical) {
    const Json value = decode_bson_value(encode_bson_value(read(text)));
    EXPECT_EQ(to_extended_json(value), to_extended_json(read(text))) << text;
  }
}

TEST(ExtendedJson, literals_mean_their_types) {
  EXPECT_EQ(read(R"({"$numberInt":"5"})"), Json(5));
  EXPECT_EQ(read(R"({"$numberLong":"5"})"), Json::int64(5));
  EXPECT_EQ(type_name(read(R"({"$numberDouble":"5"})")), "double");
  EXPECT_TRUE(std::isnan(read(R"({"$numberDouble":"NaN"})").as_double()));
  EXPECT_EQ(read(R"({"$oid":"507f1f77bcf86cd799439011"})"), Json(*ObjectId::from_hex("507f1f77bcf86cd799439011")));
  EXPECT_EQ(read(R"({"$uuid":"00112233-4455-6677-8899-aabbccddeeff"})").dump(), R"("ABEiM0RVZneImaq7zN3u/w==")");
}

TEST(ExtendedJson, a_date_may_be_text_or_milliseconds) {
  for (const char* text : {R"({"$date":"2026-01-31T09:30:00Z"})", R"({"$date":"2026-01-31T10:30:00.000+01:00"})",
                           R"({"$date":1769851800000})", R"({"$date":{"$numberLong":"1769851800000"}})"})
    EXPECT_EQ(read(text), Json(Date{1769851800000})) << text;
}

TEST(ExtendedJson, literals_are_found_at_any_depth) {
  EXPECT_EQ(read(R"({"a":[{"b":{"$numberInt":"1"}}]})").dump(), R"({"a":[{"b":1}]})");
  EXPECT_EQ(read(R"({"$gt":{"$numberInt":"1"}})").dump(), R"({"$gt":1})");
}

TEST(ExtendedJson, operators_and_other_names_are_left) {
  for (const char* text : {R"({"$gt":1,"$lt":2})", R"({"$regex":"a","$options":"i"})", R"({"$and":[{"a":1}]})", R"({"a":1,"$date":"x"})",
                           R"({"$ref":"c","$id":1})", R"({"$unknown":1})"})
    EXPECT_EQ(read(text).dump(), text);
}

TEST(ExtendedJson, a_malformed_literal_is_refused_by_its_name) {
  constexpr std::pair<const char*, const char*> malformed[] = {
      {"$oid", R"({"$oid":"507f"})"},
      {"$oid", R"({"$oid":1})"},
      {"$oid", R"({"$oid":"507f1f77bcf86cd799439011","x":1})"},
      {"$date", R"({"$date":"yesterday"})"},
      {"$date", R"({"$date":null})"},
      {"$date", R"({"$date":{"$numberLong":"x"}})"},
      {"$numberInt", R"({"$numberInt":"2147483648"})"},
      {"$numberInt", R"({"$numberInt":5})"},
      {"$numberInt", R"({"$numberInt":"5 "})"},
      {"$numberLong", R"({"$numberLong":"9223372036854775808"})"},
      {"$numberDouble", R"({"$numberDouble":"nan"})"},
      {"$numberDouble", R"({"$numberDouble":"1e999"})"},
      {"$numberDecimal", R"({"$numberDecimal":"x"})"},
      {"$binary", R"({"$binary":{"base64":"Z","subType":"00"}})"},
      {"$binary", R"({"$binary":{"base64":"","subType":"100"}})"},
      {"$binary", R"({"$binary":{"base64":""}})"},
      {"$binary", R"({"$binary":"Zm9v"})"},
      {"$uuid", R"({"$uuid":"00112233-4455-6677-8899-aabbccddeefg"})"},
      {"$uuid", R"({"$uuid":"00112233445566778899aabbccddeeff"})"},
      {"$regularExpression", R"({"$regularExpression":{"pattern":"a"}})"},
      {"$regularExpression", R"({"$regularExpression":{"pattern":"a\u0000b","options":""}})"},
      {"$timestamp", R"({"$timestamp":{"t":-1,"i":1}})"},
      {"$timestamp", R"({"$timestamp":{"t":4294967296,"i":1}})"},
      {"$code", R"({"$code":1})"},
      {"$code", R"({"$scope":{}})"},
      {"$code", R"({"$code":"f","$scope":1})"},
      {"$dbPointer", R"({"$dbPointer":{"$ref":"c","$id":"x"}})"},
      {"$minKey", R"({"$minKey":2})"},
      {"$undefined", R"({"$undefined":false})"},
  };
  for (const auto& [name, text] : malformed) {
    try {
      read(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << text << ": " << error.what();
    }
  }
}

TEST(ExtendedJson, a_whole_double_beyond_64_bits_is_no_date) {
  EXPECT_THROW(read(R"({"$date":1e300})"), Error);
  EXPECT_THROW(read(R"({"$date":1.5})"), Error);
}

}  // namespace
}  // namespace taskrunner
