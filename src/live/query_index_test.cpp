#include "live/query_index.hpp"

#include "live/random_tasks.hpp"

#include <gtest/gtest.h>

#include <set>

namespace taskrunner::live {
namespace {

CompiledQuery parsed(std::string_view filter) {
  Query query;
  query.filter = Json::parse(filter);
  return parse_query(query);
}

std::set<QueryNumber> found(const QueryIndex& index, const LiveTask& task) {
  std::vector<QueryNumber> numbers;
  index.collect(task.document(), numbers);
  return {numbers.begin(), numbers.end()};
}

LiveTaskPtr task_with(Json data) {
  TaskRecord task;
  task.id = numbered_id(1);
  task.versioned_topic = "echo#1";
  task.data = std::move(data);
  return std::make_shared<const LiveTask>(std::make_shared<const TaskRecord>(std::move(task)));
}

TEST(QueryIndex, AQueryThatNamesATaskIsFoundByThatOneOnly) {
  QueryIndex index;
  for (std::size_t i = 0; i < 10'000; ++i) index.add(i, parsed(R"({"id":")" + numbered_id(i).hex() + "\"}"));
  EXPECT_EQ(found(index, *task_with({})), std::set<QueryNumber>{1});
}

TEST(QueryIndex, ItPrefersTheFieldThatFewTasksShare) {
  QueryIndex index;
  index.add(1, parsed(R"({"state":"to do","data.user":7})"));
  EXPECT_TRUE(found(index, *task_with(Json{{"user", 8}})).empty());
  EXPECT_EQ(found(index, *task_with(Json{{"user", 7}})).size(), 1u);
}

TEST(QueryIndex, NumbersOfAllTypesAndElementsOfArraysAreFound) {
  QueryIndex index;
  index.add(1, parsed(R"({"data.user":7})"));
  EXPECT_EQ(found(index, *task_with(Json{{"user", 7.0}})).size(), 1u);
  EXPECT_EQ(found(index, *task_with(Json{{"user", Json::array({6, 7})}})).size(), 1u);
}

TEST(QueryIndex, NullIsFoundByWhatIsMissing) {
  QueryIndex index;
  index.add(1, parsed(R"({"data.user":{"$in":[null,7]}})"));
  EXPECT_EQ(found(index, *task_with(Json{{"other", 1}})).size(), 1u);
  EXPECT_TRUE(found(index, *task_with(Json{{"user", 1}})).empty());
}

TEST(QueryIndex, WhatCanMatchNothingIsNeverFound) {
  QueryIndex index;
  index.add(1, parsed(R"({"state":{"$in":[]}})"));
  EXPECT_TRUE(found(index, *task_with({})).empty());
  index.remove(1);
}

/// Whatever the index leaves out does not match.
void expect_sound(const QueryIndex& index, const std::map<QueryNumber, CompiledQuery>& queries, const LiveTask& task) {
  const auto numbers = found(index, task);
  for (const auto& [number, query] : queries) {
    const bool is_right = numbers.contains(number) || !query.matches(task.document());
    ASSERT_TRUE(is_right) << query.query().filter.dump() << " of " << task.wire_json();
  }
  for (const QueryNumber number : numbers) ASSERT_TRUE(queries.contains(number));
}

TEST(QueryIndex, WhatItFindsIsWhatAskingAllFinds) {
  std::size_t asked = 0;
  std::size_t all = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomTasks random(seed);
    QueryIndex index;
    std::map<QueryNumber, CompiledQuery> queries;
    for (QueryNumber number = 0; number < 60; ++number) {
      queries.emplace(number, parse_query(random.query()));
      index.add(number, queries.at(number));
      if (random.below(4) != 0) continue;
      const QueryNumber gone = random.below(static_cast<std::size_t>(number) + 1);
      index.remove(gone);
      queries.erase(gone);
    }
    for (std::size_t i = 0; i < 40; ++i) {
      const auto task = random.task(i, 0);
      expect_sound(index, queries, *task);
      if (testing::Test::HasFatalFailure()) return;
      asked += found(index, *task).size();
      all += queries.size();
    }
  }
  EXPECT_LT(asked, all * 3 / 4);
}

}  // namespace
}  // namespace taskrunner::live
