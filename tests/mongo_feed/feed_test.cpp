#include "feed_fixture.hpp"

#include "core/task_document.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <thread>

namespace taskrunner::store {
namespace {

using Kind = FeedEvent::Kind;

Json set(Json members) { return Json{{"$set", std::move(members)}}; }

/// As a claim of ours writes it.
Json claim_by(const ObjectId& session, std::int64_t rev) {
  return Json::array({set(Json{{"state", "running"},
                               {"worker", "host"},
                               {"rev", rev},
                               {"lease", Json{{"token", new_id()}, {"session", session}, {"worker", "host"}, {"state", "running"}}}})});
}

TEST_F(MongoFeedTest, TellsWhatAnyProgramWritesInOrder) {
  const ObjectId session = new_id();
  const ObjectId id = other.insert(to_do());
  other.update(id, claim_by(session, 2));
  other.update(id, set(Json{{"signal", Json{{"op", "pause"}, {"by", "me"}}}, {"rev", 3}}));
  other.update(id, Json::array({set(Json{{"signal", Json{{"op", "stop"}}}, {"rev", 4}})}));
  JsonObject done = to_do();
  done.set("state", "completed");
  other.replace(id, done);
  other.remove(id);
  const auto events = reader->take(6);
  ASSERT_EQ(events.size(), 6u);
  const std::vector<Kind> kinds{Kind::insert, Kind::update, Kind::update, Kind::update, Kind::update, Kind::remove};
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].kind, kinds[i]);
    EXPECT_EQ(events[i].id, id);
    EXPECT_EQ(events[i].task, nullptr);
    if (i > 0) {
      EXPECT_EQ(events[i].seq, events[i - 1].seq + 1);
      EXPECT_GT(events[i].cluster_time, events[i - 1].cluster_time);
    }
  }
  EXPECT_TRUE(events[0].claimable);
  EXPECT_EQ(events[0].versioned_topic, "work#1");
  EXPECT_EQ(events[1].state, TaskState::running);
  EXPECT_EQ(events[1].session, session);
  EXPECT_EQ(events[2].signal, SignalOp::pause);
  EXPECT_EQ(events[2].session, session);
  EXPECT_EQ(events[3].signal, SignalOp::stop);
  EXPECT_EQ(events[3].rev, 4);
  EXPECT_EQ(events[4].state, TaskState::completed);
  EXPECT_EQ(feed->counters().looked_up, 0u);
}

TEST_F(MongoFeedTest, WhatAChangeLeavesOutIsLookedUpOnceForAllOfABatch) {
  const ObjectId session = new_id();
  std::vector<ObjectId> ids;
  for (int i = 0; i < 20; ++i) {
    ids.push_back(other.insert(to_do("topic" + std::to_string(i) + "#1")));
    other.update(ids.back(), claim_by(session, 2));
  }
  reader->take(40);
  const auto fresh = new_feed();
  FeedReader fresh_reader(*fresh);
  other.run(Json{{"update", names.tasks},
                 {"updates", Json::array({Json{{"q", Json{{"_id", Json{{"$in", JsonArray(ids.begin(), ids.end())}}}}},
                                              {"u", set(Json{{"progress", 1}})}, {"multi", true}}})}},
            names.database);
  for (const FeedEvent& event : fresh_reader.take(20)) EXPECT_EQ(event.session, session);
  EXPECT_EQ(fresh->counters().looked_up, 20u);
  for (const ObjectId& id : ids)
    other.update(id, Json{{"$set", Json{{"state", "to do"}}}, {"$unset", Json{{"worker", ""}, {"lease", ""}}}});
  const auto arrivals = fresh_reader.take(20);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(arrivals.at(i).claimable);
    EXPECT_EQ(arrivals.at(i).versioned_topic, "topic" + std::to_string(i) + "#1");
  }
  EXPECT_EQ(fresh->counters().looked_up, 20u) << "known since the first look-up";
}

TEST_F(MongoFeedTest, WhatARunnerOfTheOldKindHandsBackMayBeClaimed) {
  const ObjectId id = other.insert(to_do("old#1"));
  other.update(id, set(Json{{"state", "running"}, {"worker", "old runner"}}));
  other.update(id, Json{{"$set", Json{{"state", "to do"}, {"waitUntil", "2030-01-01T00:00:00.000Z"}}},
                        {"$unset", Json{{"worker", ""}}}});
  const auto events = reader->take(3);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_FALSE(events[1].claimable);
  EXPECT_TRUE(events[2].claimable);
  EXPECT_EQ(events[2].versioned_topic, "old#1");
  EXPECT_EQ(events[2].wait_until_ms, 1'893'456'000'000);
}

TEST_F(MongoFeedTest, OfSessionsOnlyTheEndIsTold) {
  const ObjectId lost = new_id();
  const ObjectId closed = new_id();
  for (const ObjectId& id : {lost, closed}) {
    other.update(id, set(Json{{"until", 1}, {"lost", false}}), names.hosts);
    other.update(id, set(Json{{"until", 2}}), names.hosts);
  }
  other.update(lost, set(Json{{"lost", true}}), names.hosts);
  other.remove(closed, names.hosts);
  other.insert(to_do());
  const auto events = reader->take(3);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].kind, Kind::session_ended);
  EXPECT_EQ(events[0].id, lost);
  EXPECT_EQ(events[1].kind, Kind::session_ended);
  EXPECT_EQ(events[1].id, closed);
}

TEST_F(MongoFeedTest, OddDocumentsDoNoHarm) {
  const std::vector<Json> odd = {
      Json{{"state", "sleeping"}},          Json{{"state", 5}},
      Json{{"state", "to do"}},             Json{{"state", "to do"}, {"versionedTopic", "a#1"}, {"worker", nullptr}},
      Json{{"versionedTopic", Json{}}},     Json{{"state", "to do"}, {"versionedTopic", "a#1"}, {"waitUntil", Date{5}}},
      Json{{"signal", nullptr}},            Json{{"state", "to do"}, {"versionedTopic", "a#1"}, {"lease", Json{{"session", "x"}}}},
      Json{{"rev", "many"}, {"signal", 1}}, Json{{"state", nullptr}, {"signal", Json{{"op", "dance"}}}}};
  for (const bool wanted : {false, true}) {
    const auto hold = wanted ? feed->want_documents() : nullptr;
    std::size_t count = 0;
    for (const Json& document : odd) {
      const ObjectId id = other.insert(document.as_object());
      other.update(id, set(Json{{"signal", Json::array({1})}, {"lease.session", 7}}));
      other.update(id, Json{{"$unset", Json{{"state", ""}, {"versionedTopic", ""}, {"lease", ""}}}});
      other.remove(id);
      count += 4;
    }
    other.run(Json{{"insert", names.tasks}, {"documents", Json::array({Json{{"_id", "no ObjectId"}}})}}, names.database);
    other.run(Json{{"delete", names.tasks}, {"deletes", Json::array({Json{{"q", Json{{"_id", "no ObjectId"}}}, {"limit", 1}}})}}, names.database);
    const ObjectId last = other.insert(to_do());
    const auto events = reader->take(count + 1);
    ASSERT_EQ(events.size(), count + 1);
    EXPECT_EQ(events.back().id, last);
    for (std::size_t i = 0; i < count; ++i) EXPECT_FALSE(events[i].claimable) << i;
  }
  EXPECT_EQ(feed->counters().broken, 0u);
  EXPECT_GT(feed->counters().odd, 0u);
}

TEST_F(MongoFeedTest, DocumentsComeWhileTheyAreWanted) {
  const ObjectId before = other.insert(to_do());
  EXPECT_EQ(reader->take(1).at(0).task, nullptr);
  auto wanted = feed->want_documents();
  const ObjectId id = other.insert(to_do());
  other.update(before, set(Json{{"data", 5}}));
  const auto events = reader->take(2);
  ASSERT_NE(events.at(0).task, nullptr);
  EXPECT_EQ(events.at(0).task->id, id);
  EXPECT_TRUE(events.at(0).claimable);
  ASSERT_NE(events.at(1).task, nullptr);
  EXPECT_EQ(events.at(1).task->data, Json(5));
  other.remove(id);
  EXPECT_EQ(reader->take(1).at(0).task, nullptr);
  wanted.reset();
  other.insert(to_do());
  EXPECT_EQ(reader->take(1).at(0).task, nullptr);
}

TEST_F(MongoFeedTest, AChangeOfFormNeitherMissesNorDoubles) {
  const ObjectId id = other.insert(to_do());
  constexpr int changes = 1'000;
  std::jthread writer([&] {
    OtherProgram program(names);
    for (int n = 1; n <= changes; ++n)
      program.run(Json{{"update", names.tasks},
                       {"updates", Json::array({Json{{"q", Json{{"_id", id}}}, {"u", set(Json{{"rev", n}})}}})}},
                  names.database);
  });
  std::size_t told = 0;
  std::size_t without_documents = 0;
  std::int64_t newest = 0;
  for (int round = 0; told < changes + 1; ++round) {
    const auto wanted = round % 2 ? feed->want_documents() : nullptr;
    const FeedCursor since = feed->now();
    const auto events = reader->take(std::min<std::size_t>(20, changes + 1 - told));
    if (events.empty()) break;
    for (const FeedEvent& event : events) {
      ++told;
      EXPECT_GE(event.rev, newest);
      newest = event.rev;
      if (wanted && event.seq > since.seq && !event.task) ++without_documents;
    }
  }
  EXPECT_EQ(told, changes + 1u);
  EXPECT_EQ(newest, changes);
  EXPECT_EQ(without_documents, 0u);
  EXPECT_GT(feed->counters().opened, 5u) << "nothing was tested";
  EXPECT_FALSE(reader->was_lost());
}

TEST_F(MongoFeedTest, AReadIsJoinedToTheFeedByItsClusterTime) {
  std::jthread writer([&](const std::stop_token& stop) {
    OtherProgram program(names);
    while (!stop.stop_requested()) program.insert(to_do());
  });
  reader->take(10);
  const FeedCursor cursor = feed->now();
  const std::uint64_t least = feed->told_until();
  const JsonObject reply = other.run(Json{{"find", names.tasks}, {"batchSize", 100'000}, {"readConcern", Json{{"level", "snapshot"}}}},
                                     names.database);
  const Json& found = *reply.find("cursor");
  const std::string bytes = std::get<RareBson>(found.at("atClusterTime").value()).payload;
  std::uint64_t time = 0;
  std::memcpy(&time, bytes.data(), sizeof time);
  ASSERT_GE(time, least);
  reader->take(50);
  writer.request_stop();
  writer.join();
  const ObjectId last = other.insert(to_do());
  while (reader->take(1).back().id != last) continue;
  std::size_t count = found.at("firstBatch").as_array().size();
  for (const FeedEvent& event : feed->read(cursor, 10'000).events)
    if (is_after(event, time)) ++count;
  const JsonObject counted = other.run(Json{{"count", names.tasks}}, names.database);
  EXPECT_EQ(static_cast<std::int64_t>(count), counted.find("n")->as_int64());
}

TEST_F(MongoFeedTest, AnIdleListenerIsCalledWithinMilliseconds) {
  std::vector<double> times_ms;
  for (int i = 0; i < 200; ++i) {
    const auto sent = std::chrono::steady_clock::now();
    other.insert(to_do());
    reader->take(1);
    times_ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - sent).count());
  }
  std::sort(times_ms.begin(), times_ms.end());
  std::cout << "insert sent to event read: p50 " << times_ms[100] << " ms, p99 " << times_ms[198] << " ms\n";
  EXPECT_LT(times_ms[100], 50) << "polling would take half of its period";
}

TEST_F(MongoFeedTest, MayBeStoppedTwiceAndSoon) {
  other.insert(to_do());
  reader->take(1);
  const auto begin = std::chrono::steady_clock::now();
  feed->stop();
  feed->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  other.insert(to_do());
  EXPECT_TRUE(feed->read(feed->now(), 10).events.empty());
  MongoFeed unstarted(names, random, {});
  unstarted.stop();
}

}  // namespace
}  // namespace taskrunner::store
