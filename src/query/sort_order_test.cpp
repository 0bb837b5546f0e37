#include "query/sort_order.hpp"

#include "doc/extended_json.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace taskrunner {
namespace {

/// A sort, and the documents in its order; `=` after one says that it is equal to the next. mongod 6.0.5 sorts so.
struct Case {
  const char* name;
  const char* sort;
  std::vector<const char*> ordered;
};

void PrintTo(const Case& tested, std::ostream* out) { *out << tested.sort; }

class Sort : public testing::TestWithParam<Case> {};

TEST_P(Sort, orders_as_mongodb_does) {
  const SortOrder order(Json::parse(GetParam().sort).as_object());
  std::vector<JsonObject> documents;
  std::vector<int> places{0};
  for (std::string text : GetParam().ordered) {
    const bool is_equal_to_next = text.ends_with('=');
    if (is_equal_to_next) text.pop_back();
    documents.push_back(from_extended_json(Json::parse(text)).as_object());
    places.push_back(places.back() + (is_equal_to_next ? 0 : 1));
  }
  for (std::size_t i = 0; i < documents.size(); ++i)
    for (std::size_t j = 0; j < documents.size(); ++j) {
      EXPECT_EQ(order.compare(documents[i], documents[j]), places[i] <=> places[j]) << GetParam().ordered[i] << " and " << GetParam().ordered[j];
      EXPECT_EQ(order.compare(order.key(documents[i]), order.key(documents[j])), places[i] <=> places[j]);
    }
}

const Case cases[] = {
    {"types_ascending", R"({"a":1})", {R"({"a":{"$minKey":1}})", R"({"a":[]}=)", R"({"a":{"$undefined":true}})", R"({}=)", R"({"a":null})", R"({"a":-1})", R"({"a":2}=)", R"({"a":2.0})", R"({"a":"x"})", R"({"a":{}})", R"({"a":[[]]})", R"({"a":{"$binary":{"base64":"","subType":"00"}}})", R"({"a":{"$oid":"000000000000000000000001"}})", R"({"a":false})", R"({"a":true})", R"({"a":{"$date":1}})", R"({"a":{"$timestamp":{"t":1,"i":1}}})", R"({"a":{"$regularExpression":{"pattern":"a","options":""}}})", R"({"a":{"$maxKey":1}})"}},
    {"types_descending", R"({"a":-1})", {R"({"a":{"$maxKey":1}})", R"({"a":true})", R"({"a":{}})", R"({"a":"x"})", R"({"a":2})", R"({}=)", R"({"a":null})", R"({"a":[]})", R"({"a":{"$minKey":1}})"}},
    {"an_array_counts_by_its_least", R"({"a":1})", {R"({"a":[]})", R"({"a":[5,null]}=)", R"({})", R"({"a":[9,1]}=)", R"({"a":1})", R"({"a":[2]})", R"({"a":["x",3]})"}},
    {"an_array_counts_by_its_greatest", R"({"a":-1})", {R"({"a":["x",3]})", R"({"a":[9,1]})", R"({"a":[2]})", R"({"a":1})", R"({"a":[null]}=)", R"({})", R"({"a":[]})"}},
    {"an_array_in_an_array_counts_whole", R"({"a":1})", {R"({"a":[5]})", R"({"a":{"0":4}})", R"({"a":[[]]})", R"({"a":[[1,2]]})", R"({"a":[[5]]})", R"({"a":[[[]]]})"}},
    {"nan_is_the_least_number", R"({"a":1})", {R"({"a":null})", R"({"a":{"$numberDouble":"NaN"}}=)", R"({"a":{"$numberDecimal":"NaN"}})", R"({"a":{"$numberDouble":"-Infinity"}})", R"({"a":0}=)", R"({"a":-0.0})", R"({"a":{"$numberDecimal":"0.1"}})", R"({"a":0.1})"}},
    {"beyond_2_to_53", R"({"a":1})", {R"({"a":9007199254740992})", R"({"a":{"$numberLong":"9007199254740993"}})", R"({"a":{"$numberDouble":"9007199254740994"}})"}},
    {"by_path", R"({"a.b":1})", {R"({"a":[]}=)", R"({}=)", R"({"a":5}=)", R"({"a":[1,2]}=)", R"({"a":[{"b":2},{}]})", R"({"a":{"b":1}})", R"({"a":[{"b":3},{"b":2}]})", R"({"a":[{"b":[3,4]}]})"}},
    {"by_index", R"({"a.0":1})", {R"({"a":[[]]})", R"({}=)", R"({"a":[]})", R"({"a":[1,0]})", R"({"a":[3]})", R"({"a":{"0":4}})", R"({"a":[[1,2]]})", R"({"a":[[5]]})"}},
    {"by_index_in_index", R"({"a.0.0":1})", {R"({"a":[[[]]]})", R"({"a":[[]]}=)", R"({"a":[1]})", R"({"a":[[1,2]]})", R"({"a":[[5]]})", R"({"a":[[[0]]]})"}},
    {"by_name_behind_an_index", R"({"a.0.b":1})", {R"({"a":[{"b":[2,7]}]})", R"({"a":[{"b":3},{"b":1}]})"}},
    {"two_fields", R"({"a":1,"b":-1})", {R"({"a":1,"b":2})", R"({"a":1,"b":1})", R"({"a":1})", R"({"a":2,"b":9})"}},
    {"two_fields_of_one_array_count_together", R"({"a.x":1,"a.y":1})", {R"({"a":[]}=)", R"({}=)", R"({"a":[3]})", R"({"a":[{"x":[4,0],"y":1}]})", R"({"a":[{"x":1,"y":5}]})", R"({"a":[{"x":1,"y":9},{"x":2,"y":0}]})"}},
    {"two_directions_in_one_array", R"({"a.x":-1,"a.y":1})", {R"({"a":[{"x":[4,0],"y":1}]})", R"({"a":[{"x":1,"y":9},{"x":2,"y":0}]})", R"({"a":[{"x":1,"y":5}]})", R"({"a":[]}=)", R"({})"}},
};

INSTANTIATE_TEST_SUITE_P(Cases, Sort, testing::ValuesIn(cases), [](const auto& tested) { return tested.param.name; });

TEST(SortOrder, arrays_beside_each_other_count_each_by_itself) {
  const SortOrder order(Json::parse(R"({"a":1,"b":-1})").as_object());
  const JsonObject both = Json::parse(R"({"a":[1,5],"b":[2,7]})").as_object();
  EXPECT_TRUE(order.compare(both, Json::parse(R"({"a":1,"b":7})").as_object()) == 0);
  EXPECT_TRUE(order.compare(both, Json::parse(R"({"a":1,"b":6})").as_object()) < 0);
}

/// [[[… 1, 1], 1, 1], 1, 1]: each index leads from all three elements to one and the same array.
Json nested(int levels) {
  Json value(1);
  for (int i = 0; i < levels; ++i) value = Json::array({value, 1, 1});
  return value;
}

TEST(SortCost, indexes_that_lead_to_one_place_are_followed_once) {
  std::string path = "a";
  for (int i = 0; i < 45; ++i) path += ".0";
  JsonObject sort;
  sort.set(path, 1);
  for (std::size_t at = 3; at < path.size(); at += 4) sort.set(path.substr(0, at), -1);
  const SortOrder order(sort);
  JsonObject document;
  document.set("a", nested(45));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(order.key(document).size(), sort.size());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));  // it was for ever
}

TEST(SortCost, fields_with_too_many_keys_together_count_each_by_itself) {
  const SortOrder order(Json::parse(R"({"a":1,"a.0.b":1,"a.0.b.0.c":1,"a.0.b.0.c.0.d":1})").as_object());
  Json value(1);
  for (const char* name : {"d", "c", "b"}) {
    JsonArray elements(400, Json(5));
    elements[0] = Json::object();
    elements[0][name] = value;
    value = Json(std::move(elements));
  }
  JsonObject document;
  document.set("a", value);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(order.key(document).size(), 4u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace taskrunner
