// What the client verbs send and show, without a host.

#include "app/line_reader.hpp"
#include "app/list_query.hpp"
#include "app/live_list.hpp"
#include "app/progress_line.hpp"
#include "app/task_text.hpp"

#include <taskrunner/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace taskrunner::app {
namespace {

using testing::HasSubstr;

TEST(ListQuery, conditions_are_joined) {
  ListOptions options;
  options.states = {"running", "failed"};
  options.topics = {"a#1"};
  options.query = R"({"x": 1})";
  EXPECT_EQ(list_query(options).filter.dump(),
            R"({"$and":[{"$or":[{"state":"running"},{"outcome":"failed"}]},{"versionedTopic":"a#1"},{"x":1}]})");
  EXPECT_TRUE(list_query({}).filter.is_null());
}

TEST(ListQuery, sort_is_field_names_or_json) {
  ListOptions options;
  options.sort = "-priority,createdAt";
  EXPECT_EQ(list_query(options).sort.dump(), R"({"priority":-1,"createdAt":1})");
  options.sort = R"({"a": -1})";
  EXPECT_EQ(list_query(options).sort.dump(), R"({"a":-1})");
}

TEST(ListQuery, wrong_words_are_refused) {
  ListOptions options;
  options.states = {"asleep"};
  EXPECT_THROW(list_query(options), Error);
  options = {};
  options.query = "[1]";
  EXPECT_THROW(list_query(options), Error);
}

TEST(LiveList, changes_keep_it_equal_to_the_list) {
  LiveList list(Json::parse(R"({"subscriptionId": "s", "list": [1, 2], "seq": 0})"));
  list.apply_change(Json::parse(R"({"operationType": "insert", "position": 2, "doc": 3})"));
  list.apply_change(Json::parse(R"({"operationType": "update", "position": 0, "doc": 9})"));
  list.apply_change(Json::parse(R"({"operationType": "delete", "position": 1})"));
  EXPECT_EQ(Json(list.tasks()).dump(), "[9,3]");
  EXPECT_EQ(list.subscription_id(), "s");
  list.apply_list(Json::array({7}));
  EXPECT_EQ(Json(list.tasks()).dump(), "[7]");
}

TEST(LiveList, a_change_that_does_not_fit_and_a_refusal_throw) {
  LiveList list(Json::parse(R"({"list": [1]})"));
  EXPECT_THROW(list.apply_change(Json::parse(R"({"operationType": "delete", "position": 1})")), Error);
  EXPECT_THROW(list.apply_change(Json::parse(R"({"operationType": "insert", "position": 2, "doc": 1})")), Error);
  EXPECT_THROW(list.apply_change(Json::parse(R"({"operationType": "insert", "position": 0})")), Error);
  EXPECT_THROW(LiveList(Json::parse(R"({"list": [], "error": "no"})")), Error);
}

TEST(LiveList, goes_on_where_it_broke_off_or_begins_anew) {
  LiveList list(Json::parse(R"({"subscriptionId": "s", "list": [1], "seq": 0})"));
  list.apply_change(Json::parse(R"({"operationType": "insert", "position": 1, "doc": 2, "seq": 1})"));
  EXPECT_EQ(list.resume_place().dump(), R"({"subscriptionId":"s","seq":1})");
  const Json missed = Json::parse(R"({"subscriptionId": "s", "resumed": true, "changes": [
    {"operationType": "insert", "position": 2, "doc": 3, "seq": 2}]})");
  EXPECT_EQ(list.resume(missed).size(), 1u);
  EXPECT_EQ(Json(list.tasks()).dump(), "[1,2,3]");
  EXPECT_EQ(list.resume_place().at("seq").as_int64(), 2);
  EXPECT_TRUE(list.resume(Json::parse(R"({"subscriptionId": "t", "reset": true, "list": [7], "seq": 0})")).empty());
  EXPECT_EQ(Json(list.tasks()).dump(), "[7]");
  EXPECT_EQ(list.resume_place().dump(), R"({"subscriptionId":"t","seq":0})");
}

TEST(ProgressLine, says_share_amount_rate_and_time_left) {
  ProgressLine line;
  EXPECT_EQ(line.text(120), "");
  line.note(Json{{"spent", 0}, {"total", 1000}}, 1'000);
  line.note(Json{{"spent", 250}, {"total", 1000}}, 2'000);
  EXPECT_EQ(line.text(60), " 25 %  250 of 1000  250/s  3 s left");
  EXPECT_THAT(line.text(120), HasSubstr("[######..................]"));
  EXPECT_EQ(line.tenths(), 2);
}

TEST(ProgressLine, bytes_are_said_as_such) {
  ProgressLine line;
  line.note(Json{{"spent", 1'048'576}, {"total", 4'194'304}, {"bytesPerSecond", 2048}, {"etaSeconds", 75}}, 0);
  EXPECT_EQ(line.text(60), " 25 %  1.0 MiB of 4.0 MiB  2.0 KiB/s  1 min 15 s left");
}

TEST(TaskText, an_end_is_judged_by_outcome_and_for_old_runners_by_response) {
  EXPECT_TRUE(has_succeeded(Json{{"state", "completed"}, {"outcome", "success"}}));
  EXPECT_FALSE(has_succeeded(Json{{"state", "completed"}, {"outcome", "cancelled"}}));
  EXPECT_TRUE(has_succeeded(Json{{"state", "completed"}}));
  const Json failed{{"state", "completed"}, {"response", Json{{"state", "error"}, {"error", "disk full"}}}};
  EXPECT_FALSE(has_succeeded(failed));
  EXPECT_EQ(failure_text(failed), "disk full");
  EXPECT_FALSE(has_succeeded(Json{{"state", "running"}}));
}

TEST(TaskText, text_from_outside_cannot_steer_the_terminal) {
  EXPECT_EQ(fit("a\x1b[2Jb\n", 20), "a [2Jb ");
  EXPECT_EQ(fit("äöüß", 3), "äö…");
  EXPECT_EQ(fit("äöü", 3), "äöü");
}

class LineReaderTest : public testing::Test {
 protected:
  LineReaderTest() { EXPECT_EQ(pipe(ends_), 0); }
  ~LineReaderTest() override {
    close(ends_[0]);
    finish();
  }
  void give(std::string_view text) { EXPECT_EQ(write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size())); }
  void finish() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  int ends_[2] = {-1, -1};
};

TEST_F(LineReaderTest, gives_what_came_without_waiting_for_more) {
  LineReader reader(ends_[0]);
  give("one\n\ntwo\nthr");
  const auto first = reader.next(10);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[1].number, 3U);
  EXPECT_EQ(first[1].text, "two");
  give("ee");
  finish();
  const auto last = reader.next(10);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].text, "three");
  EXPECT_TRUE(reader.next(10).empty());
}

TEST_F(LineReaderTest, gives_at_most_so_many) {
  LineReader reader(ends_[0]);
  give("1\n2\n3\n");
  EXPECT_EQ(reader.next(2).size(), 2U);
  EXPECT_EQ(reader.next(2).size(), 1U);
}

}  // namespace
}  // namespace taskrunner::app
