#include "query/compiled_query.hpp"

#include "doc/extended_json.hpp"

#include <gtest/gtest.h>

namespace taskrunner {
namespace {

constexpr const char* hex = "507f1f77bcf86cd799439011";
constexpr const char* other_hex = "507f1f77bcf86cd799439012";

Json read(std::string_view text) { return from_extended_json(Json::parse(text)); }

CompiledQuery compiled(std::string_view filter, std::string_view sort = "null", std::int64_t skip = 0, std::int64_t limit = 0) {
  return parse_query({Json::parse(filter), Json::parse(sort), skip, limit});
}

std::string normalised(std::string_view filter) { return to_extended_json(compiled(filter).query().filter).dump(); }

std::string demanded(std::string_view filter, std::string_view field) {
  const auto values = compiled(filter).equality_on(field);
  return values ? Json(JsonArray(*values)).dump() : "nothing";
}

/// The `_id`s of the window over documents that are given as one array.
std::string window(const CompiledQuery& query, std::string_view documents) {
  const Json all = read(documents);
  std::vector<const JsonObject*> pointers;
  for (const Json& document : all.as_array()) pointers.push_back(document.if_object());
  std::string ids;
  for (const JsonObject* document : apply_query(query, pointers)) ids += document->find("_id")->dump();
  return ids;
}

TEST(NormalisedQuery, id_is_stored_id_and_hex_strings_are_ids) {
  const std::string id = std::string(R"({"$oid":")") + hex + "\"}";
  const std::string given = std::string("\"") + hex + '"';
  EXPECT_EQ(normalised(R"({"id":)" + given + "}"), R"({"_id":)" + id + "}");
  EXPECT_EQ(normalised(R"({"_id":)" + given + "}"), R"({"_id":)" + id + "}");
  EXPECT_EQ(normalised(R"({"id":{"$oid":)" + given + "}}"), R"({"_id":)" + id + "}");
  EXPECT_EQ(normalised(R"({"id":{"$in":[)" + given + R"(,"x"]}})"), R"({"_id":{"$in":[)" + id + R"(,"x"]}})");
  EXPECT_EQ(normalised(R"({"id":{"$not":{"$gt":)" + given + "}}}"), R"({"_id":{"$not":{"$gt":)" + id + "}}}");
  EXPECT_EQ(normalised(R"({"$or":[{"id":)" + given + R"(},{"$and":[{"id":)" + given + "}]}]}"),
            R"({"$or":[{"_id":)" + id + R"(},{"$and":[{"_id":)" + id + "}]}]}");
}

TEST(NormalisedQuery, other_fields_keep_their_strings_and_names) {
  const std::string given = std::string("\"") + hex + '"';
  EXPECT_EQ(normalised(R"({"worker":)" + given + "}"), R"({"worker":)" + given + "}");
  EXPECT_EQ(normalised(R"({"data":{"id":)" + given + "}}"), R"({"data":{"id":)" + given + "}}");
  EXPECT_EQ(normalised(R"({"data.id":)" + given + "}"), R"({"data.id":)" + given + "}");
  EXPECT_EQ(normalised(R"({"data":{"$elemMatch":{"id":"x"}}})"), R"({"data":{"$elemMatch":{"id":"x"}}})");
}

TEST(NormalisedQuery, has_a_sort_that_ends_in_id_and_a_limit) {
  const Query none = parse_query({}).query();
  EXPECT_EQ(none.filter.dump(), "{}");
  EXPECT_EQ(none.sort.dump(), R"({"_id":1})");
  EXPECT_EQ(none.limit, 1'000);
  EXPECT_EQ(compiled("{}", R"({"priority":-1})").query().sort.dump(), R"({"priority":-1,"_id":1})");
  EXPECT_EQ(compiled("{}", R"({"id":-1})").query().sort.dump(), R"({"_id":-1})");
  EXPECT_EQ(compiled("{}", R"({"_id":-1,"a":1.0})").query().sort.dump(), R"({"_id":-1,"a":1})");
}

TEST(NormalisedQuery, parses_again_to_itself) {
  const Query once = compiled(R"({"id":"507f1f77bcf86cd799439011","a":{"$date":5}})", R"({"a":1})", 3, 0).query();
  EXPECT_EQ(parse_query(once).query(), once);
}

TEST(CompiledQuery, tells_what_it_demands_of_a_field) {
  EXPECT_EQ(demanded(R"({"state":"running"})", "state"), R"(["running"])");
  EXPECT_EQ(demanded(R"({"state":{"$eq":"running"},"a":1})", "state"), R"(["running"])");
  EXPECT_EQ(demanded(R"({"state":{"$in":["to do","running"]}})", "state"), R"(["running","to do"])");
  EXPECT_EQ(demanded(R"({"$and":[{"a":1},{"$and":[{"state":"paused"}]}]})", "state"), R"(["paused"])");
  EXPECT_EQ(demanded(R"({"worker":null})", "worker"), "[null]");
  EXPECT_EQ(demanded(R"({"state":{"$in":[]}})", "state"), "[]");
  EXPECT_EQ(demanded(R"({"$and":[{"state":{"$in":["a","b"]}},{"state":"b"}]})", "state"), R"(["b"])");
  EXPECT_EQ(demanded(std::string(R"({"id":")") + hex + "\"}", "_id"), std::string("[\"") + hex + "\"]");
  EXPECT_EQ(demanded(R"({"data.kind":"x"})", "data.kind"), R"(["x"])");
}

TEST(CompiledQuery, demands_nothing_by_other_conditions) {
  for (const char* filter : {"{}", R"({"a":1})", R"({"state":{"$ne":"running"}})", R"({"$or":[{"state":"running"}]})", R"({"$nor":[{"state":"running"}]})",
                             R"({"state":{"$gt":"a"}})", R"({"state":{"$regex":"a"}})", R"({"state":{"$nin":["a"]}})", R"({"state.x":"a"})",
                             R"({"state":{"$not":{"$eq":"a"}}})", R"({"state":{"$in":["a",{"$regularExpression":{"pattern":"a","options":""}}]}})"})
    EXPECT_EQ(demanded(filter, "state"), "nothing") << filter;
  EXPECT_EQ(demanded(R"({"$or":[{"state":"running"},{"a":1}]})", "state"), "nothing");
}

TEST(CompiledQuery, knows_that_it_matches_everything) {
  EXPECT_TRUE(parse_query({}).matches_everything());
  EXPECT_TRUE(compiled("{}").matches_everything());
  EXPECT_FALSE(compiled(R"({"a":1})").matches_everything());
}

TEST(CompiledQuery, finds_a_task_by_its_hex_id) {
  JsonObject task;
  task.set("_id", *ObjectId::from_hex(hex));
  EXPECT_TRUE(compiled(std::string(R"({"id":")") + hex + "\"}").matches(task));
  EXPECT_FALSE(compiled(std::string(R"({"id":")") + other_hex + "\"}").matches(task));
  EXPECT_TRUE(compiled(std::string(R"({"id":{"$lt":")") + other_hex + "\"}}").matches(task));
}

TEST(CompiledQuery, copies_share_the_tree_and_outlive_the_first) {
  std::optional<CompiledQuery> first = compiled(R"({"a":1})");
  const CompiledQuery copy = *first;
  first.reset();
  EXPECT_TRUE(copy.matches(read(R"({"a":1})").as_object()));
}

TEST(Window, is_filtered_sorted_and_cut) {
  constexpr const char* documents = R"([{"_id":1,"a":3},{"_id":2,"a":1},{"_id":3,"a":2},{"_id":4,"b":9},{"_id":5,"a":1}])";
  EXPECT_EQ(window(compiled(R"({"a":{"$exists":true}})", R"({"a":1})"), documents), "2531");
  EXPECT_EQ(window(compiled("{}", R"({"a":1})"), documents), "42531");
  EXPECT_EQ(window(compiled("{}", R"({"a":-1,"_id":-1})"), documents), "13524");
  EXPECT_EQ(window(compiled("{}", R"({"a":1})", 1, 2), documents), "25");
  EXPECT_EQ(window(compiled("{}", R"({"a":1})", 4, 5), documents), "1");
  EXPECT_EQ(window(compiled("{}", "null", 9, 5), documents), "");
  EXPECT_EQ(window(compiled("{}"), "[]"), "");
}

}  // namespace
}  // namespace taskrunner
