#include "doc/dotted_path.hpp"

#include <gtest/gtest.h>

namespace taskrunner {
namespace {

/// All values that the path finds, as text; a missing one is "-".
std::string found(std::string_view path, std::string_view document, LastArray last_array = LastArray::elements_and_whole) {
  const Json root = Json::parse(document);
  std::string all;
  DottedPath(path).any(Members::of(root), last_array, [&](const Json* value) {
    all += (all.empty() ? "" : " ") + (value ? value->dump() : "-");
    return false;
  });
  return all;
}

TEST(DottedPath, goes_through_objects) {
  EXPECT_EQ(found("a", R"({"a":1})"), "1");
  EXPECT_EQ(found("a.b.c", R"({"a":{"b":{"c":1}}})"), "1");
  EXPECT_EQ(found("a", R"({"a":null})"), "null");
  EXPECT_EQ(found("a.0", R"({"a":{"0":1}})"), "1");
}

TEST(DottedPath, gives_missing_where_there_is_none) {
  EXPECT_EQ(found("a", "{}"), "-");
  EXPECT_EQ(found("a.b", R"({"a":1})"), "-");
  EXPECT_EQ(found("a.b", R"({"a":{}})"), "-");
  EXPECT_EQ(found("", R"({"a":1})"), "-");
  EXPECT_EQ(found("a.", R"({"a":{"":1}})"), "1");
}

TEST(DottedPath, an_array_at_the_end_gives_elements_and_itself) {
  EXPECT_EQ(found("a", R"({"a":[1,[2]]})"), "1 [2] [1,[2]]");
  EXPECT_EQ(found("a", R"({"a":[]})"), "[]");
  EXPECT_EQ(found("a", R"({"a":[1,2]})", LastArray::whole), "[1,2]");
}

TEST(DottedPath, an_array_on_the_way_gives_each_objects_value) {
  EXPECT_EQ(found("a.b", R"({"a":[{"b":1},{"b":2},{},3]})"), "1 2 -");
  EXPECT_EQ(found("a.b", R"({"a":[]})"), "");
  EXPECT_EQ(found("a.b", R"({"a":[1,2]})"), "");
  EXPECT_EQ(found("a.b", R"({"a":[[{"b":1}]]})"), "");
  EXPECT_EQ(found("a.b", R"({"a":[{"b":[1]}]})"), "1 [1]");
}

TEST(DottedPath, a_number_is_an_index_and_a_name) {
  EXPECT_EQ(found("a.1", R"({"a":[5,6]})"), "6");
  EXPECT_EQ(found("a.2", R"({"a":[5,6]})"), "");
  EXPECT_EQ(found("a.01", R"({"a":[5,6]})"), "");
  EXPECT_EQ(found("a.0", R"({"a":[{"0":1}]})"), R"(1 {"0":1})");
  EXPECT_EQ(found("a.0.b", R"({"a":[{"b":1},{"b":2}]})"), "- 1 -");
  EXPECT_EQ(found("a.0", R"({"a":[[1,2]]})"), "[1,2]");
  EXPECT_EQ(found("a.0.1", R"({"a":[[1,2]]})"), "2");
  EXPECT_EQ(found("a.0.b", R"({"a":[[{"b":1}]]})"), "1");
}

TEST(DottedPath, the_walk_ends_with_the_first_true) {
  const Json root = Json::parse(R"({"a":[1,2,3]})");
  int asked = 0;
  EXPECT_TRUE(DottedPath("a").any(Members::of(root), LastArray::elements_and_whole, [&](const Json*) { return ++asked == 2; }));
  EXPECT_EQ(asked, 2);
}

TEST(DottedPath, an_array_taken_as_a_document_has_its_indexes_as_names) {
  const Json root = Json::parse("[5,{\"a\":6}]");
  EXPECT_TRUE(DottedPath("1.a").any(Members::of(root), LastArray::whole, [](const Json* value) { return value && *value == Json(6); }));
}

}  // namespace
}  // namespace taskrunner
