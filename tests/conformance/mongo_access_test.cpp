// Who asks, and what they may: a server with access control.

#include "store_test.hpp"

#include "store/open_store.hpp"
#include "support/mongod.hpp"

namespace taskrunner::conformance {
namespace {

class MongoAccessTest : public testing::Test {
 protected:
  static test::Mongod& server() {
    static test::Mongod one({"--auth"});
    return one;
  }
  /// Of the database for which the server's users have rights.
  static std::string url(const std::string& user, const std::string& password = "hidden") {
    std::string url = server().url("jobs");
    url.insert(std::string("mongodb://").size(), user + ":" + password + "@");
    return url + "&authSource=admin";
  }
  /// What is said; the test fails where it is not `unavailable`, or names the password.
  static std::string refusal_of(const std::string& url, bool share_topics = false) {
    store::StoreOptions options;
    options.share_topics = share_topics;
    try {
      store::open_store(url, options);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::unavailable);
      EXPECT_EQ(std::string(error.what()).find("hidden"), std::string::npos) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "it was opened";
    return {};
  }
  static std::string bad_of(const std::string& url, bool share_topics = false) {
    store::StoreOptions options;
    options.share_topics = share_topics;
    std::string bad;
    for (const store::StoreFinding& finding : store::check_store(url, options)) {
      EXPECT_EQ(finding.what.find("hidden"), std::string::npos);
      if (!finding.ok) bad += finding.what + ": " + finding.remedy + "\n";
    }
    return bad;
  }
};

TEST_F(MongoAccessTest, AWrongPasswordIsSaidWithTheWayOut) {
  EXPECT_NE(refusal_of(url("writer", "hiddenno")).find("authSource"), std::string::npos);
  EXPECT_NE(bad_of(url("writer", "hiddenno")).find("password"), std::string::npos);
}

TEST_F(MongoAccessTest, WithoutAUserTheRoleIsNamed) { EXPECT_NE(refusal_of(server().url("jobs")).find("readWrite"), std::string::npos); }

TEST_F(MongoAccessTest, AUserWhoMayOnlyReadIsToldWhatIsMissing) {
  EXPECT_NE(refusal_of(url("reader")).find("readWrite"), std::string::npos);
  const std::string bad = bad_of(url("reader"));
  EXPECT_NE(bad.find("insert on tasks"), std::string::npos) << bad;
  EXPECT_NE(bad.find("update on tasks.hosts"), std::string::npos) << bad;
  EXPECT_EQ(bad.find("find on"), std::string::npos) << bad;
}

TEST_F(MongoAccessTest, ARefusedCommandIsNotRepeatedInTheMessage) { EXPECT_EQ(refusal_of(url("reader")).find('{'), std::string::npos); }

TEST_F(MongoAccessTest, ReadWriteOnTheDatabaseIsEnoughForAHost) {
  const auto store = store::open_store(url("writer"), {});
  const auto random = std::make_shared<Random>(Random::system_seed());
  SessionInfo host;
  host.id = random->object_id(0);
  store->open_session(host, 30'000);
  NewTask task;
  task.id = random->object_id(0);
  task.versioned_topic = "work#1";
  ASSERT_FALSE(store->add({&task, 1}).at(0).error);
  const auto claimed = store->claim({random->object_id(0), host.id, "host:1", "http://host/", {{"work#1", 1, {}}}, 1, true});
  EXPECT_EQ(claimed.tasks.size(), 1U);
  EXPECT_EQ(store->sweep(10).reaped, 0U);
  EXPECT_EQ(store->purge(10), 0U);
  store->advance_tick("nightly", 1);
  store->close_session(host.id);
  EXPECT_EQ(bad_of(url("writer")), "");
}

TEST_F(MongoAccessTest, TheValidatorTakesOneMoreRole) {
  { const auto makes_the_collection = store::open_store(url("writer"), {}); }
  EXPECT_NE(refusal_of(url("writer"), true).find("dbAdmin"), std::string::npos);
  EXPECT_NE(bad_of(url("writer"), true).find("collMod on tasks"), std::string::npos);
  store::StoreOptions shared;
  shared.share_topics = true;
  { const auto store = store::open_store(url("owner"), shared); }
  EXPECT_EQ(bad_of(url("owner"), true), "");
}

}  // namespace
}  // namespace taskrunner::conformance
