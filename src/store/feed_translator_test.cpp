#include "store/feed_translator.hpp"

#include "store/mongo_change.hpp"
#include "doc/bson.hpp"

#include <gtest/gtest.h>

namespace taskrunner::store {
namespace {

ObjectId id_of(std::uint8_t number) { return ObjectId({number}); }

/// Changes as the server tells them, and a database that can be looked up.
class FeedTranslatorTest : public testing::Test {
 protected:
  TaskChange change(const std::string& operation, std::uint8_t number, Json rest = Json(JsonObject())) {
    JsonObject event = rest.as_object();
    event.set("operationType", operation);
    event.set("ns", Json{{"coll", "tasks"}});
    event.set("documentKey", Json{{"_id", id_of(number)}});
    return read_change(encode_bson(event), "tasks.hosts", StreamForm::control);
  }
  TaskChange insert(std::uint8_t number, Json document) { return change("insert", number, Json{{"fullDocument", std::move(document)}}); }
  TaskChange update(std::uint8_t number, Json updated, JsonArray removed = {}) {
    const Json description{{"updatedFields", std::move(updated)}, {"removedFields", std::move(removed)}};
    return change("update", number, Json{{"updateDescription", description}});
  }
  void store(std::uint8_t number, Json document) {
    document["_id"] = id_of(number);
    stored_.push_back(*read_facts(encode_bson(document.as_object())));
  }
  std::vector<FeedEvent> translate(std::vector<TaskChange> changes) {
    return translator_.translate(std::move(changes), [&](const std::vector<ObjectId>& ids) {
      asked_.push_back(ids);
      return stored_;
    });
  }

  FeedTranslator translator_;
  std::vector<std::pair<ObjectId, TaskFacts>> stored_;
  std::vector<std::vector<ObjectId>> asked_;
};

const Json to_do{{"state", "to do"}, {"versionedTopic", "work#1"}};
const Json claimed{{"state", "running"}, {"worker", "w"}, {"rev", 2}, {"lease", Json{{"session", id_of(99)}}}};

TEST_F(FeedTranslatorTest, WhatWasSeenFromItsInsertOnIsNeverLookedUp) {
  const auto events = translate({insert(1, to_do), update(1, claimed), update(1, Json{{"progress", 1}, {"rev", 3}}),
                                 update(1, Json{{"state", "to do"}, {"rev", 4}}, {"worker", "lease"}),
                                 update(1, claimed), update(1, Json{{"state", "completed"}}, {"worker", "lease.session"})});
  EXPECT_TRUE(asked_.empty());
  EXPECT_TRUE(events[0].claimable);
  EXPECT_EQ(events[2].session, id_of(99));
  EXPECT_EQ(events[2].rev, 3);
  EXPECT_TRUE(events[3].claimable);
  EXPECT_EQ(events[3].versioned_topic, "work#1");
  EXPECT_FALSE(events[3].session);
  EXPECT_EQ(events[5].state, TaskState::completed);
}

TEST_F(FeedTranslatorTest, ClaimsAndCompletionsOfUnseenTasksAreNotLookedUp) {
  const auto events = translate({update(1, claimed), update(2, Json{{"state", "completed"}, {"rev", 3}}, {"lease.session"})});
  EXPECT_TRUE(asked_.empty());
  EXPECT_EQ(events[0].session, id_of(99));
  EXPECT_FALSE(events[0].claimable);
  EXPECT_EQ(events[1].state, TaskState::completed);
}

TEST_F(FeedTranslatorTest, AllThatIsUnknownIsAskedForAtOnce) {
  store(1, Json{{"state", "running"}, {"rev", 7}, {"lease", Json{{"session", id_of(9)}}}});
  store(2, Json{{"state", "to do"}, {"versionedTopic", "late#1"}, {"rev", 5}});
  const auto events = translate({update(1, Json{{"progress", 1}, {"rev", 6}}), update(1, Json{{"progress", 2}, {"rev", 7}}),
                                 update(2, Json{{"state", "to do"}, {"rev", 5}}, {"worker", "lease"}), update(3, Json{{"x", 1}})});
  ASSERT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0], (std::vector{id_of(1), id_of(2), id_of(3)}));
  EXPECT_EQ(events[0].session, id_of(9));
  EXPECT_EQ(events[0].rev, 7);
  EXPECT_EQ(events[1].rev, 7);
  EXPECT_TRUE(events[2].claimable);
  EXPECT_EQ(events[2].versioned_topic, "late#1");
  EXPECT_FALSE(events[3].claimable) << "it was gone";
  translate({update(1, Json{{"progress", 3}, {"rev", 8}})});
  EXPECT_EQ(asked_.size(), 1u) << "known from now on";
}

TEST_F(FeedTranslatorTest, AReadThatIsBehindIsBroughtUpToTheChange) {
  store(1, Json{{"state", "running"}, {"rev", 5}, {"lease", Json{{"session", id_of(9)}}}});
  const auto events = translate({update(1, Json{{"signal", Json{{"op", "stop"}}}, {"rev", 6}})});
  EXPECT_EQ(events[0].signal, SignalOp::stop);
  EXPECT_EQ(events[0].rev, 6);
}

TEST_F(FeedTranslatorTest, WhatIsLookedUpForAnEarlierChangeDoesNotUndoALaterOne) {
  store(1, Json{{"state", "to do"}, {"versionedTopic", "work#1"}, {"rev", 1}});
  const auto events = translate({update(1, Json{{"priority", 1}}), update(1, claimed)});
  EXPECT_EQ(events[1].session, id_of(99));
  const auto later = translate({update(1, Json{{"progress", 1}, {"rev", 3}})});
  EXPECT_EQ(later[0].session, id_of(99));
  EXPECT_EQ(later[0].versioned_topic, "work#1");
}

TEST_F(FeedTranslatorTest, AClaimableTaskHasATopic) {
  store(1, Json{{"state", "to do"}});
  EXPECT_FALSE(translate({update(1, Json{{"state", "to do"}}, {"worker"})})[0].claimable);
  EXPECT_FALSE(translate({insert(2, Json{{"state", "to do"}})})[0].claimable);
}

TEST_F(FeedTranslatorTest, ABatchWhoseLookUpFailedCanBeGivenAgain) {
  const std::vector<TaskChange> batch{update(1, claimed), update(2, Json{{"progress", 1}, {"rev", 4}}),
                                      update(1, Json{{"state", "completed"}, {"rev", 3}}, {"lease.session"})};
  EXPECT_THROW(translator_.translate(batch, [](const auto&) -> std::vector<std::pair<ObjectId, TaskFacts>> {
                 throw Error(ErrorCode::unavailable, "gone");
               }), Error);
  store(2, Json{{"state", "running"}, {"rev", 4}, {"lease", Json{{"session", id_of(9)}}}});
  const auto events = translate(batch);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[1].session, id_of(9));
  EXPECT_EQ(events[2].state, TaskState::completed);
}

TEST(KnownTasksTest, ForgetWhatWasNotAskedForLongest) {
  KnownTasks known(100);
  for (int i = 0; i < 10'000; ++i) {
    known.put(ObjectId({1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}), {});
    if (i == 0) known.put(id_of(7), {});
    ASSERT_NE(known.find(id_of(7)), nullptr) << i;
    ASSERT_LE(known.size(), 101u);
  }
}

}  // namespace
}  // namespace taskrunner::store
