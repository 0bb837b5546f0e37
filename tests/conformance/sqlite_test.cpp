// What a store in a file has to hold beside the common suite.

#include "store_test.hpp"

#include "store/file_lock.hpp"
#include "store/open_store.hpp"
#include "store/sqlite_file.hpp"
#include "store/sqlite_schema.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace taskrunner::conformance {
namespace {

class SqliteTest : public testing::Test {
 protected:
  std::shared_ptr<Store> open(const std::string& collection = "") {
    return store::open_store("sqlite:" + path + (collection.empty() ? "" : "?collection=" + collection),
                             {&clock, random, {}});
  }
  NewTask new_task(Json data = Json{{"n", 1}}) {
    NewTask task;
    task.id = random->object_id(clock.wall_ms());
    task.versioned_topic = "work#1";
    task.data = std::move(data);
    return task;
  }
  static std::string refusal(const std::string& url, ErrorCode code) {
    try {
      store::open_store(url, {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    ADD_FAILURE() << url << " was opened";
    return {};
  }
  TaskPtr claim_one(Store& store) {
    SessionInfo info;
    info.id = random->object_id(clock.wall_ms());
    store.open_session(info, 30'000);
    ClaimRequest request{random->object_id(clock.wall_ms()), info.id, "host:1", "http://host/", {{"work#1", 1, {}}}, 1, true};
    return store.claim(request).tasks.at(0);
  }

  ManualClock clock;
  std::shared_ptr<Random> random = std::make_shared<Random>(9);
  test::TemporaryFolder folder;
  std::string path = folder.file("tasks.db");
};

TEST_F(SqliteTest, KeepsEverythingOverAReopenAndEndsTheSessions) {
  TaskPtr held;
  const NewTask waiting = new_task(Json{{"keep", Date{7}}});
  FeedCursor old_place;
  {
    const auto store = open();
    const NewTask task = new_task();
    store->add({&task, 1});
    held = claim_one(*store);
    store->add({&waiting, 1});
    store->advance_tick("nightly", 5);
    old_place = store->feed().now();
  }
  const auto store = open();
  EXPECT_EQ(*store->get(held->id), *held);
  EXPECT_EQ(store->get(waiting.id)->data, waiting.data);
  EXPECT_EQ(store->last_tick("nightly"), 5);
  EXPECT_TRUE(store->sessions().empty());
  EXPECT_TRUE(store->feed().read(old_place, 10).lost);
  EXPECT_EQ(store->sweep(10).reaped, 1u);
  EXPECT_EQ(store->get(held->id)->state, TaskState::to_do);
}

TEST_F(SqliteTest, WhatWasAnsweredIsThereAfterKill9) {
  int answers[2];
  ASSERT_EQ(::pipe(answers), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto store = open();
    while (true) {
      const NewTask task = new_task();
      store->add({&task, 1});
      if (::write(answers[1], task.id.view().data(), ObjectId::size_bytes) < 0) ::_exit(1);
    }
  }
  ::close(answers[1]);
  std::vector<ObjectId> answered;
  char bytes[ObjectId::size_bytes];
  const auto read_id = [&] { return ::read(answers[0], bytes, sizeof bytes) == static_cast<ssize_t>(sizeof bytes); };
  const auto note = [&] { answered.push_back(*ObjectId::from_bytes({bytes, sizeof bytes})); };
  while (answered.size() < 50 && read_id()) note();
  ::kill(child, SIGKILL);
  while (read_id()) note();
  ::close(answers[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_GE(answered.size(), 50u);
  const auto store = open();
  for (const ObjectId& id : answered) EXPECT_NE(store->get(id), nullptr);
}

TEST_F(SqliteTest, ASecondProcessIsRefusedByNameAndPid) {
  int ready[2];
  int leave[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(leave), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto store = open();
    char byte = 1;
    ::close(leave[1]);
    if (::write(ready[1], &byte, 1) == 1 && ::read(leave[0], &byte, 1) >= 0) ::_exit(0);
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const std::string why = refusal("sqlite:" + path, ErrorCode::conflict);
  EXPECT_NE(why.find(path), std::string::npos);
  EXPECT_NE(why.find(std::to_string(child)), std::string::npos);
  EXPECT_EQ(store::FileLock::holder_of(path), child);
  ::close(leave[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  for (const int file : {ready[0], ready[1], leave[0]}) ::close(file);
  EXPECT_EQ(store::FileLock::holder_of(path), 0);
  EXPECT_NE(open(), nullptr);
}

TEST_F(SqliteTest, TheSameFileIsOneStoreWithinTheProcess) {
  const auto first = open();
  EXPECT_EQ(open(), first);
  EXPECT_NE(open("others"), first);
}

TEST_F(SqliteTest, CollectionsInOneFileKnowNothingOfEachOther) {
  const auto first = open();
  const auto second = open("others");
  const NewTask task = new_task();
  first->add({&task, 1});
  EXPECT_EQ(second->get(task.id), nullptr);
  EXPECT_EQ(second->count({}), 0);
  second->add({&task, 1});
  EXPECT_EQ(claim_one(*second)->state, TaskState::running);
  EXPECT_EQ(first->get(task.id)->state, TaskState::to_do);
  EXPECT_EQ(second->describe(), "sqlite:" + path + "?collection=others");
}

TEST_F(SqliteTest, ANewerSchemaIsRefused) {
  open();
  {
    store::Database database(path, store::Database::Mode::read_write);
    database.exec("PRAGMA user_version = 99");
  }
  const std::string why = refusal("sqlite:" + path, ErrorCode::conflict);
  EXPECT_NE(why.find("99"), std::string::npos);
}

TEST_F(SqliteTest, AFileOfTheFirstSchemaIsBroughtUpToThisOne) {
  const NewTask task = new_task();
  {
    const auto store = open();
    const auto others = open("others");
    store->add({&task, 1});
  }
  const auto index_names = "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name)";
  store::Database database(path, store::Database::Mode::read_write);
  const std::string all_indexes = database.text(index_names);
  database.exec("DROP INDEX \"tasks.by_created\"; DROP INDEX \"others.by_created\"; PRAGMA user_version = 1");
  const auto store = open();
  EXPECT_EQ(database.number("PRAGMA user_version"), store::schema_version);
  EXPECT_EQ(database.text(index_names), all_indexes);
  EXPECT_NE(store->get(task.id), nullptr);
}

TEST_F(SqliteTest, WhatIsNoDatabaseOfOursIsRefusedAndLeftAlone) {
  const std::string text = std::string(5'000, 'x');
  std::ofstream(path) << text;
  EXPECT_NE(refusal("sqlite:" + path, ErrorCode::conflict).find("no SQLite database"), std::string::npos);
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);

  const std::string foreign = folder.file("foreign.db");
  {
    store::Database database(foreign, store::Database::Mode::create);
    database.exec("CREATE TABLE mine (x)");
  }
  EXPECT_NE(refusal("sqlite:" + foreign, ErrorCode::conflict).find("another program"), std::string::npos);
}

TEST_F(SqliteTest, WrongUrlsAreRefusedWithTheReason) {
  refusal("sqlite:", ErrorCode::invalid_argument);
  refusal("postgres://x", ErrorCode::invalid_argument);
  refusal("sqlite:" + path + "?collection=a;b", ErrorCode::invalid_argument);
  refusal("sqlite:" + path + "?collection=", ErrorCode::invalid_argument);
  refusal("sqlite:" + path + "?mode=ro", ErrorCode::invalid_argument);
  EXPECT_NE(refusal("sqlite:" + folder.file("missing/tasks.db"), ErrorCode::unavailable).find("folder"), std::string::npos);
}

TEST_F(SqliteTest, AFullDiskRefusesAddsTellsNothingAndTheStoreGoesOnAfterwards) {
  const auto store = open();
  const auto file = store::SqliteFile::open(path);
  const auto limit_pages = [&](const std::string& pages) {
    file->write({[&] { file->writer().exec("PRAGMA max_page_count = " + pages); }, [] {}, [] {}});
  };
  const NewTask before = new_task();
  store->add({&before, 1});
  limit_pages("60");
  FeedCursor place = store->feed().now();
  std::vector<NewTask> large;
  for (int i = 0; i < 100; ++i) large.push_back(new_task(Json{std::string(10'000, 'x')}));
  try {
    store->add(large);
    FAIL() << "there was room";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unavailable);
    EXPECT_NE(std::string(error.what()).find("full"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
  }
  EXPECT_EQ(store->feed().now(), place);
  EXPECT_EQ(store->get(large[0].id), nullptr);
  EXPECT_NE(store->get(before.id), nullptr);
  EXPECT_EQ(store->count({}), 1);
  limit_pages("1000000");
  for (const AddResult& result : store->add(large)) EXPECT_NE(result.task, nullptr);
  EXPECT_EQ(claim_one(*store)->id, before.id);
}

TEST_F(SqliteTest, AJobThatThrowsUndoesItselfAndNotItsNeighbours) {
  const auto file = store::SqliteFile::open(path);
  file->write({[&] { file->writer().exec("CREATE TABLE t (x)"); }, [] {}, [] {}});
  std::atomic<int> thrown = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        try {
          file->write({[&] {
                         file->writer().exec("INSERT INTO t VALUES (1)");
                         if (i % 2) throw Error(ErrorCode::internal, "no");
                       },
                       [] {}, [] {}});
        } catch (const Error&) {
          ++thrown;
        }
      });
  }
  EXPECT_EQ(thrown, 4);
  file->read([&](store::Database& database) { EXPECT_EQ(database.number("SELECT count(*) FROM t"), 4); });
}

TEST_F(SqliteTest, CommitsAreSyncedToTheDiskInAWriteAheadLog) {
  const auto store = open();
  const auto file = store::SqliteFile::open(path);
  file->write({[&] {
                 EXPECT_EQ(file->writer().text("PRAGMA journal_mode"), "wal");
                 EXPECT_EQ(file->writer().number("PRAGMA synchronous"), 2);
               },
               [] {}, [] {}});
}

TEST_F(SqliteTest, AClaimReadsByTheIndexNotTheTable) {
  const auto store = open();
  const auto file = store::SqliteFile::open(path);
  file->read([&](store::Database& database) {
    store::Statement plan(database,
                          "EXPLAIN QUERY PLAN SELECT row FROM tasks INDEXED BY \"tasks.by_claim\" WHERE state = 0 AND "
                          "worker IS NULL AND session IS NULL AND topic = ?1 AND priority IS ?2 AND wait_until <= ?3 "
                          "ORDER BY wait_until, id");
    ASSERT_TRUE(plan.step());
    const std::string text(plan.bytes(3));
    EXPECT_NE(text.find("priority=?"), std::string::npos) << text;
    EXPECT_NE(text.find("wait_until<?"), std::string::npos) << text;
    EXPECT_FALSE(plan.step());
  });
}

TEST_F(SqliteTest, ADamagedValueIsAnErrorThatNamesTheTask) {
  const auto store = open();
  const NewTask task = new_task();
  store->add({&task, 1});
  const auto file = store::SqliteFile::open(path);
  file->write({[&] { file->writer().exec("UPDATE tasks SET data = x'0102'"); }, [] {}, [] {}});
  try {
    store->get(task.id);
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::internal);
    EXPECT_NE(std::string(error.what()).find(task.id.hex()), std::string::npos);
  }
}

TEST_F(SqliteTest, AValueThatBsonCannotHoldIsRefusedAlone) {
  const auto store = open();
  JsonObject object;
  object.append(std::string("a\0b", 3), 1);
  const std::vector<NewTask> tasks = {new_task(), new_task(object), new_task()};
  const auto results = store->add(tasks);
  EXPECT_NE(results[0].task, nullptr);
  EXPECT_EQ(results[1].error, ErrorCode::invalid_argument);
  EXPECT_NE(results[2].task, nullptr);
  const TaskPtr running = claim_one(*store);
  const Transition end = CompleteTask{{running->id, running->lease->token, *running->lease->session}, Json{object}, {}};
  EXPECT_EQ(store->apply({&end, 1})[0].status, TransitionStatus::refused);
  EXPECT_EQ(store->get(running->id)->state, TaskState::running);
}

TEST_F(SqliteTest, TheCheckSaysWhatIsWrongAndHowToMendIt) {
  const auto all_ok = [](const std::vector<store::StoreFinding>& findings) {
    for (const auto& finding : findings)
      if (!finding.ok && finding.what.find("MiB are free") == std::string::npos) return false;
    return !findings.empty();
  };
  const std::string url = "sqlite:" + path;
  EXPECT_TRUE(all_ok(store::check_store(url, {})));
  EXPECT_FALSE(std::filesystem::exists(path));
  {
    const auto store = open();
    EXPECT_TRUE(all_ok(store::check_store(url, {})));
  }
  EXPECT_TRUE(all_ok(store::check_store(url, {})));
  EXPECT_FALSE(all_ok(store::check_store("sqlite:" + folder.file("missing/x.db"), {})));
  EXPECT_FALSE(all_ok(store::check_store("mongodb://x/y", {})));
  const std::string text = folder.file("text");
  std::ofstream(text) << std::string(5'000, 'x');
  const auto findings = store::check_store("sqlite:" + text, {});
  EXPECT_FALSE(all_ok(findings));
  for (const auto& finding : findings) EXPECT_EQ(finding.ok, finding.remedy.empty()) << finding.what;
}

}  // namespace
}  // namespace taskrunner::conformance
