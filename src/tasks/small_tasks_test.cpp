#include "tasks/builtin_topics.hpp"
#include "tasks/noop_task.hpp"
#include "tasks/sleep_task.hpp"
#include "tasks/speed_meter.hpp"
#include "tasks/task_harness.hpp"

#include <gtest/gtest.h>

#include <map>

namespace taskrunner::tasks {
namespace {

TaskRecord record_of(const char* topic, Json data, Json checkpoint = {}) {
  TaskRecord record;
  record.versioned_topic = topic;
  record.data = std::move(data);
  if (!checkpoint.is_null()) record.checkpoint = std::move(checkpoint);
  return record;
}

TEST(Noop, AnswersItsData) {
  NoopFactory factory;
  TaskHarness task(record_of("noop#1", Json{{"a", 1}}));
  task.start(factory);
  EXPECT_EQ(task.wait(), "done");
  EXPECT_EQ(task.response, (Json{{"a", 1}}));
}

TEST(Sleep, SleepsTellsProgressAndAnswers) {
  SleepFactory factory;
  TaskHarness task(record_of("sleep#1", Json{{"ms", 250}}));
  const auto begin = std::chrono::steady_clock::now();
  task.start(factory);
  EXPECT_EQ(task.wait(), "done");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(249));
  EXPECT_EQ(task.response, (Json{{"ms", 250}}));
  EXPECT_GE(task.told.size(), 3u);
  EXPECT_EQ(task.told.back(), (Json{{"spent", 250}, {"total", 250}}));
}

TEST(Sleep, APauseSavesWhatWasSleptAndAResumeGoesOn) {
  SleepFactory factory;
  TaskHarness task(record_of("sleep#1", Json{{"ms", 400}}));
  task.pause();
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return t.pauses == 1; });
  ASSERT_EQ(task.saved.size(), 1u);
  EXPECT_GE(task.saved[0].at("slept").as_int64(), 99);
  task.resume();
  EXPECT_EQ(task.wait(), "done");
}

TEST(Sleep, WhatWasSleptBeforeIsNotSleptAgain) {
  SleepFactory factory;
  TaskHarness task(record_of("sleep#1", Json{{"ms", 3'600'000}}, Json{{"slept", 3'599'950}}));
  task.start(factory);
  EXPECT_EQ(task.wait(), "done");
}

TEST(Sleep, AStopEndsItAtOnce) {
  SleepFactory factory;
  TaskHarness task(record_of("sleep#1", Json{{"ms", 3'600'000}}));
  task.start(factory);
  task.wait_until([](const TaskHarness& t) { return !t.told.empty(); });
  const auto asked = std::chrono::steady_clock::now();
  task.stop(core::StopReason::asked);
  EXPECT_EQ(task.wait(), "stopped");
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::milliseconds(100));
}

TEST(Sleep, WrongDataIsRefusedByNameAndFailsForGood) {
  SleepFactory factory;
  for (const char* data : {"{}", "5", R"({"ms": "5"})", R"({"ms": -1})", R"({"ms": 1e300})"}) {
    NewTask task;
    task.data = Json::parse(data);
    EXPECT_THROW(factory.validate(task), Error) << data;
    EXPECT_THROW(factory.make(record_of("sleep#1", Json::parse(data))), Fail) << data;
  }
}

TEST(BuiltinTopics, AllThreeAreGivenWithTheirOptions) {
  std::map<std::string, TopicOptions> topics;
  BuiltinOptions options;
  options.max_running = 7;
  register_builtin_topics([&](std::string topic, std::shared_ptr<TaskFactory>, TopicOptions given) { topics[topic] = given; },
                          options);
  ASSERT_EQ(topics.size(), 3u);
  EXPECT_TRUE(topics.at("download#1").pausable);
  EXPECT_TRUE(topics.at("sleep#1").pausable);
  EXPECT_FALSE(topics.at("noop#1").pausable);
  EXPECT_EQ(topics.at("noop#1").max_running, 7u);
}

TEST(SpeedMeter, IsTheMeanOfTheLastSeconds) {
  SpeedMeter meter;
  EXPECT_EQ(meter.bytes_per_second(), 0);
  meter.add(0, 0);
  meter.add(1000, 500);
  EXPECT_EQ(meter.bytes_per_second(), 500);
  for (int second = 2; second <= 12; ++second) meter.add(second * 1000, 500 + (second - 1) * 2000ULL);
  EXPECT_EQ(meter.bytes_per_second(), 2000);
  meter.add(13'000, 0);
  EXPECT_EQ(meter.bytes_per_second(), 0);
}

}  // namespace
}  // namespace taskrunner::tasks
