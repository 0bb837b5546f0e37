#include "api/access.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

namespace taskrunner::api {
namespace {

TaskRecord task_of(const char* applicant) {
  TaskRecord task;
  task.versioned_topic = "echo#1";
  task.applicant = applicant;
  task.data = Json{{"secret", 7}};
  task.state = TaskState::running;
  return task;
}

Query query_of(std::string_view filter, std::string_view sort = "null") {
  Query query;
  query.filter = Json::parse(filter);
  query.sort = Json::parse(sort);
  return query;
}

const Json own_rows = Json::parse(R"({"applicant":"me"})");

TEST(Access, WithoutAnIdentityAllIsSeen) {
  const Access all;
  EXPECT_TRUE(all.permits(task_of("you")));
  const Query query = query_of(R"({"state":"running"})");
  EXPECT_EQ(all.narrowed(query), query);
}

TEST(Access, RowsAreAddedToEveryFilter) {
  const Access mine({own_rows});
  for (const char* filter : {"null", "{}", R"({"state":"running"})", R"({"applicant":"you"})", R"({"$or":[{},{"state":"running"}]})"}) {
    const CompiledQuery narrowed = parse_query(mine.narrowed(query_of(filter)));
    live::LiveTask foreign(std::make_shared<const TaskRecord>(task_of("you")));
    EXPECT_FALSE(narrowed.matches(foreign.document())) << filter;
  }
  const CompiledQuery narrowed = parse_query(mine.narrowed(query_of(R"({"state":"running"})")));
  live::LiveTask own(std::make_shared<const TaskRecord>(task_of("me")));
  EXPECT_TRUE(narrowed.matches(own.document()));
}

TEST(Access, ActionsAreForRowsThatAreSeen) {
  const Access mine({own_rows});
  EXPECT_TRUE(mine.permits(task_of("me")));
  EXPECT_FALSE(mine.permits(task_of("you")));
}

TEST(Access, TopicsNarrowRowsBesideTheFilter) {
  const Access echoes({own_rows, std::vector<std::string>{"echo#1"}});
  EXPECT_TRUE(echoes.permits(task_of("me")));
  EXPECT_FALSE(echoes.permits(task_of("you")));
  TaskRecord other = task_of("me");
  other.versioned_topic = "echo#2";
  EXPECT_FALSE(echoes.permits(other));
  EXPECT_TRUE(echoes.permits_topic("echo#1"));
  EXPECT_FALSE(echoes.permits_topic("echo#2"));
  const Access none({{}, std::vector<std::string>()});
  EXPECT_FALSE(none.permits(task_of("me")));
  EXPECT_FALSE(none.permits_topic("echo#1"));
}

TEST(Access, HiddenFieldsAreNotInWhatGoesOut) {
  const Access no_data({{}, {}, {"data"}});
  EXPECT_EQ(no_data.wire_json(task_of("me")).find("secret"), std::string::npos);
  EXPECT_NE(no_data.wire_json(task_of("me")).find("applicant"), std::string::npos);
  const live::LiveTask shared(std::make_shared<const TaskRecord>(task_of("me")));
  EXPECT_NE(shared.wire_json().find("secret"), std::string::npos);
  EXPECT_EQ(no_data.wire_json(shared).find("secret"), std::string::npos);
}

TEST(Access, HiddenFieldsCannotBeFoundOutByAsking) {
  const Access no_data({{}, {}, {"data"}});
  for (const char* filter : {R"({"data":{"secret":7}})", R"({"data.secret":{"$gt":5}})", R"({"$or":[{"$and":[{"data.secret":7}]}]})",
                             R"({"$nor":[{"data":null}]})"})
    EXPECT_THROW(no_data.narrowed(query_of(filter)), Error) << filter;
  EXPECT_THROW(no_data.narrowed(query_of("{}", R"({"data.secret":1})")), Error);
  EXPECT_NO_THROW(no_data.narrowed(query_of(R"({"applicant":{"$in":["data"]}})", R"({"priority":1})")));
}

}  // namespace
}  // namespace taskrunner::api
