#include "query/compiled_query.hpp"
#include "query/limits.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

namespace taskrunner {
namespace {

std::string refusal(const Query& query) {
  try {
    parse_query(query);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "accepted";
}

std::string refusal_of_filter(std::string_view filter) { return refusal({Json::parse(filter), {}}); }

/// A filter and the word that its refusal has to name. mongod refuses all but those that are not on our list.
struct Case {
  const char* name;
  const char* filter;
  const char* named;
};

void PrintTo(const Case& tested, std::ostream* out) { *out << tested.filter; }

class Refuse : public testing::TestWithParam<Case> {};

TEST_P(Refuse, the_part_that_is_wrong_is_named) {
  const std::string text = refusal_of_filter(GetParam().filter);
  EXPECT_NE(text, "accepted");
  EXPECT_NE(text.find(GetParam().named), std::string::npos) << text;
}

const Case cases[] = {
    {"where", R"({"$where":"true"})", "$where"},
    {"where_in_a_field", R"({"a":{"$where":"true"}})", "$where"},
    {"where_nested", R"({"$or":[{"a":1},{"$and":[{"$where":"true"}]}]})", "$where"},
    {"where_in_elem_match", R"({"a":{"$elemMatch":{"b":1,"$where":"true"}}})", "$where"},
    {"where_in_elem_match_first", R"({"a":{"$elemMatch":{"$where":"true"}}})", "$where"},
    {"expr", R"({"$expr":{"$eq":[1,1]}})", "$expr"},
    {"function", R"({"$expr":{"$function":{}}})", "$expr"},
    {"json_schema", R"({"$jsonSchema":{}})", "$jsonSchema"},
    {"text", R"({"$text":{"$search":"x"}})", "$text"},
    {"comment", R"({"$comment":"x"})", "$comment"},
    {"geo", R"({"a":{"$near":[0,0]}})", "$near"},
    {"geo_within", R"({"a":{"$not":{"$geoWithin":{}}}})", "$geoWithin"},
    {"bits", R"({"a":{"$bitsAllSet":1}})", "$bitsAllSet"},
    {"unknown", R"({"a":{"$foo":1}})", "$foo"},
    {"unknown_second", R"({"a":{"$gt":1,"$foo":1}})", "$foo"},
    {"field_among_operators", R"({"a":{"$gt":1,"b":2}})", "b"},
    {"operator_at_the_top", R"({"$gt":1})", "$gt"},
    {"logical_in_a_field", R"({"a":{"$and":[]}})", "$and"},
    {"and_no_array", R"({"$and":{}})", "$and"},
    {"and_empty", R"({"$and":[]})", "$and"},
    {"or_of_numbers", R"({"$or":[1]})", "$or"},
    {"in_no_array", R"({"a":{"$in":1}})", "$in"},
    {"in_of_operators", R"({"a":{"$in":[{"$gt":1}]}})", "$in"},
    {"nin_no_array", R"({"a":{"$nin":null}})", "$nin"},
    {"all_no_array", R"({"a":{"$all":1}})", "$all"},
    {"all_of_operators", R"({"a":{"$all":[{"$gt":1}]}})", "$all"},
    {"all_mixed", R"({"a":{"$all":[{"$elemMatch":{"b":1}},1]}})", "$all"},
    {"elem_match_number", R"({"a":{"$elemMatch":1}})", "$elemMatch"},
    {"elem_match_array", R"({"a":{"$elemMatch":[]}})", "$elemMatch"},
    {"not_number", R"({"a":{"$not":1}})", "$not"},
    {"not_empty", R"({"a":{"$not":{}}})", "$not"},
    {"not_of_a_value", R"({"a":{"$not":{"b":1}}})", "b"},
    {"not_at_the_top", R"({"$not":{"a":1}})", "$not"},
    {"size_negative", R"({"a":{"$size":-1}})", "$size"},
    {"size_fraction", R"({"a":{"$size":1.5}})", "$size"},
    {"size_text", R"({"a":{"$size":"1"}})", "$size"},
    {"size_huge", R"({"a":{"$size":2147483648}})", "$size"},
    {"type_unknown_name", R"({"a":{"$type":"Number"}})", "$type"},
    {"type_unknown_number", R"({"a":{"$type":20}})", "$type"},
    {"type_0", R"({"a":{"$type":0}})", "$type"},
    {"type_fraction", R"({"a":{"$type":1.5}})", "$type"},
    {"type_empty", R"({"a":{"$type":[]}})", "$type"},
    {"type_bool", R"({"a":{"$type":true}})", "$type"},
    {"mod_no_array", R"({"a":{"$mod":4}})", "$mod"},
    {"mod_one", R"({"a":{"$mod":[4]}})", "$mod"},
    {"mod_three", R"({"a":{"$mod":[4,1,2]}})", "$mod"},
    {"mod_by_0", R"({"a":{"$mod":[0,1]}})", "$mod"},
    {"mod_by_a_fraction_below_1", R"({"a":{"$mod":[0.5,0]}})", "$mod"},
    {"mod_text", R"({"a":{"$mod":["4",1]}})", "$mod"},
    {"mod_null_remainder", R"({"a":{"$mod":[4,null]}})", "$mod"},
    {"mod_infinite", R"({"a":{"$mod":[{"$numberDouble":"Infinity"},1]}})", "$mod"},
    {"mod_nan_remainder", R"({"a":{"$mod":[4,{"$numberDouble":"NaN"}]}})", "$mod"},
    {"regex_number", R"({"a":{"$regex":1}})", "$regex"},
    {"regex_bad", R"({"a":{"$regex":"("}})", "$regex"},
    {"regex_bad_in_in", R"({"a":{"$in":[{"$regularExpression":{"pattern":"(","options":""}}]}})", "$regex"},
    {"regex_nul", R"({"a":{"$regex":"a\u0000b"}})", "$regex"},
    {"regex_unknown_option", R"({"a":{"$regex":"a","$options":"g"}})", "'g'"},
    {"options_number", R"({"a":{"$regex":"a","$options":1}})", "$options"},
    {"options_alone", R"({"a":{"$options":"i"}})", "$options"},
    {"options_twice", R"({"a":{"$regex":{"$regularExpression":{"pattern":"a","options":"i"}},"$options":"m"}})", "$options"},
    {"greater_than_a_regex", R"({"a":{"$gt":{"$regularExpression":{"pattern":"a","options":""}}}})", "$gt"},
    {"not_equal_a_regex", R"({"a":{"$ne":{"$regularExpression":{"pattern":"a","options":""}}}})", "$ne"},
    {"equal_undefined", R"({"a":{"$undefined":true}})", "undefined"},
    {"in_undefined", R"({"a":{"$in":[{"$undefined":true}]}})", "$in"},
    {"malformed_literal", R"({"a":{"$date":"yesterday"}})", "$date"},
    {"malformed_id", R"({"_id":{"$oid":"x"}})", "$oid"},
    {"id_twice", R"({"id":1,"_id":1})", "'id'"},
    {"a_literal_is_no_filter", R"({"$oid":"000000000000000000000001"})", "filter"},
};

INSTANTIATE_TEST_SUITE_P(Cases, Refuse, testing::ValuesIn(cases), [](const auto& tested) { return tested.param.name; });

TEST(RefuseLimits, a_filter_that_is_no_object) {
  EXPECT_NE(refusal({Json("x"), {}}).find("filter"), std::string::npos);
  EXPECT_NE(refusal({Json::array({}), {}}).find("filter"), std::string::npos);
}

Json nested_and(int levels) {
  Json filter = Json{{"a", 1}};
  for (int i = 0; i < levels; ++i) {
    JsonObject outer;
    outer.set("$and", JsonArray{filter});
    filter = outer;
  }
  return filter;
}

TEST(RefuseLimits, too_deep) {
  EXPECT_EQ(refusal({nested_and(20), {}}), "accepted");
  EXPECT_NE(refusal({nested_and(200), {}}).find("deeper"), std::string::npos);
}

TEST(RefuseLimits, too_many_values) {
  const auto in_list = [](std::size_t size) { return Json{{"a", Json{{"$in", Json(JsonArray(size, Json(1)))}}}}; };
  EXPECT_EQ(refusal({in_list(limits::filter_values - 10), {}}), "accepted");
  EXPECT_NE(refusal({in_list(100'000), {}}).find("values"), std::string::npos);
}

TEST(RefuseLimits, too_long) {
  EXPECT_NE(refusal({Json{{"a", std::string(limits::filter_bytes + 1, 'x')}}, {}}).find("bytes"), std::string::npos);
  EXPECT_NE(refusal({Json{{std::string(limits::path_bytes + 1, 'x'), 1}}, {}}).find("too long"), std::string::npos);
  std::string path = "a";
  for (std::size_t i = 0; i < limits::path_parts; ++i) path += ".a";
  EXPECT_NE(refusal({Json{{path, 1}}, {}}).find("too many parts"), std::string::npos);
}

TEST(RefuseLimits, too_many_or_too_long_regular_expressions) {
  const auto regexes = [](std::size_t count) {
    JsonArray parts;
    for (std::size_t i = 0; i < count; ++i) parts.push_back(Json{{"a", Json{{"$regex", "x"}}}});
    return Json{{"$or", Json(parts)}};
  };
  EXPECT_EQ(refusal({regexes(limits::regexes), {}}), "accepted");
  EXPECT_NE(refusal({regexes(limits::regexes + 1), {}}).find("$regex"), std::string::npos);
  EXPECT_NE(refusal({Json{{"a", Json{{"$regex", std::string(limits::regex_bytes + 1, 'x')}}}}, {}}).find("longer"), std::string::npos);
}

TEST(RefuseWindow, what_is_negative_or_too_far) {
  EXPECT_EQ(refusal({{}, {}, 0, 10'000}), "accepted");
  EXPECT_EQ(refusal({{}, {}, 9'000, 0}), "accepted");
  EXPECT_NE(refusal({{}, {}, -1, 1}).find("skip"), std::string::npos);
  EXPECT_NE(refusal({{}, {}, 0, -1}).find("limit"), std::string::npos);
  EXPECT_NE(refusal({{}, {}, 0, 1'000'000'000}).find("10000"), std::string::npos);
  EXPECT_NE(refusal({{}, {}, 9'001, 0}).find("10000"), std::string::npos);
  EXPECT_NE(refusal({{}, {}, 1, 10'000}).find("10000"), std::string::npos);
  EXPECT_NE(refusal({{}, {}, INT64_MAX, INT64_MAX}).find("10000"), std::string::npos);
}

TEST(RefuseSort, what_is_no_direction_or_no_field) {
  EXPECT_EQ(refusal({{}, Json::parse(R"({"a":1,"b.c":-1.0})")}), "accepted");
  for (const char* sort : {R"({"a":0})", R"({"a":2})", R"({"a":true})", R"({"a":"asc"})", R"({"a":null})", R"({"a":{"$meta":"textScore"}})",
                           R"({"":1})", R"({"a.":1})", R"({".a":1})", R"({"a..b":1})", R"({"$a":1})", R"({"a.$b":1})", "[]", "1", R"("a")"})
    EXPECT_NE(refusal({{}, Json::parse(sort)}).find("sort"), std::string::npos) << sort << ": " << refusal({{}, Json::parse(sort)});
}

TEST(RefuseSort, too_many_fields) {
  Json sort;
  for (int i = 0; i < 50; ++i) sort["f" + std::to_string(i)] = 1;
  EXPECT_NE(refusal({{}, sort}).find("sort"), std::string::npos);
}

}  // namespace
}  // namespace taskrunner
