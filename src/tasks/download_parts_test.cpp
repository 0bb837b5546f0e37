// Unfinished downloads whose tasks are over.

#include "tasks/download_parts.hpp"

#include <taskrunner/error.hpp>

#include "tasks/download_folder.hpp"
#include "tasks/part_file.hpp"
#include "tasks/part_sweeper.hpp"
#include "tasks/test_origin.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>

namespace taskrunner::tasks {
namespace {

ObjectId id_of(int number) { return ObjectId::from_hex("0123456789abcdef0000000" + std::to_string(number)).value(); }

class Parts : public testing::Test {
 protected:
  TestFolder folder;
  DownloadParts parts{folder.path()};
  std::map<ObjectId, TaskState> store;

  FindTask find = [this](const ObjectId& id) -> TaskPtr {
    const auto found = store.find(id);
    if (found == store.end()) return nullptr;
    auto task = std::make_shared<TaskRecord>();
    task->id = id;
    task->state = found->second;
    return task;
  };

  std::string part(int number) {
    folder.write(part_name_of(id_of(number)), "x");
    return part_name_of(id_of(number));
  }
  bool there(const std::string& name) const { return std::filesystem::exists(folder.path() / name); }
};

TEST_F(Parts, OfACompletedTaskGoesAndOfAllOthersStays) {
  const auto completed = part(1);
  store[id_of(1)] = TaskState::completed;
  const std::map<int, TaskState> live = {{2, TaskState::to_do}, {3, TaskState::running}, {4, TaskState::paused}};
  for (const auto& [number, state] : live) {
    part(number);
    store[id_of(number)] = state;
  }
  EXPECT_EQ(parts.sweep(find), 1u);
  EXPECT_FALSE(there(completed));
  for (const auto& [number, state] : live) EXPECT_TRUE(there(part_name_of(id_of(number))));
}

TEST_F(Parts, OfATaskThatIsGoneGoesWhereTheStoreHadItAndOfAnothersStoreStays) {
  const auto seen = part(1);
  const auto run = part(2);
  const auto foreign = part(3);
  store[id_of(1)] = TaskState::paused;
  EXPECT_EQ(parts.sweep(find), 0u);
  store.clear();
  parts.know(id_of(2));
  EXPECT_EQ(parts.sweep(find), 2u);
  EXPECT_FALSE(there(seen) || there(run));
  EXPECT_TRUE(there(foreign));
}

TEST_F(Parts, LiesInAnyFolderBelowButNotBehindALink) {
  const TestFolder outside;
  store[id_of(1)] = TaskState::completed;
  std::filesystem::create_directories(folder.path() / "a/b");
  folder.write("a/b/" + part_name_of(id_of(1)), "x");
  outside.write(part_name_of(id_of(1)), "x");
  std::filesystem::create_directory_symlink(outside.path(), folder.path() / "link");
  std::filesystem::create_symlink(outside.path() / part_name_of(id_of(1)), folder.path() / part_name_of(id_of(1)));
  EXPECT_EQ(parts.sweep(find), 1u);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "a/b"));
  EXPECT_NE(outside.list(), "");
}

TEST_F(Parts, WhateverHasAnotherNameStays) {
  for (const auto* name : {"file.part", ".part", ".0123456789abcdef0000000.part", ".0123456789ABCDEF00000001.part", "x"})
    folder.write(name, "x");
  std::filesystem::create_directory(folder.path() / part_name_of(id_of(1)));
  store[id_of(1)] = TaskState::completed;
  const auto before = folder.list();
  EXPECT_EQ(parts.sweep(find), 0u);
  EXPECT_EQ(folder.list(), before);
}

TEST_F(Parts, ThatIsBeingWrittenStaysUntilItIsLetGoOf) {
  store[id_of(1)] = TaskState::completed;
  const DownloadFolder downloads(folder.path());
  const auto place = downloads.place_of("x");
  {
    const PartFile writing(place.folder.get(), part_name_of(id_of(1)));
    EXPECT_EQ(parts.sweep(find), 0u);
  }
  EXPECT_EQ(parts.sweep(find), 1u);
}

TEST_F(Parts, AFolderThatIsNotThereIsNotMade) {
  DownloadParts none(folder.path() / "none");
  EXPECT_EQ(none.sweep(find), 0u);
  EXPECT_EQ(folder.list(), "");
}

TEST_F(Parts, AreSweptAtOnceAndAtTheEndAlsoWhereTheStoreWasAway) {
  std::mutex mutex;
  std::condition_variable changed;
  int asked = 0;
  const FindTask first_away = [&](const ObjectId& id) {
    std::lock_guard lock(mutex);
    changed.notify_all();
    if (++asked == 1) throw Error(ErrorCode::unavailable, "the store is away");
    return find(id);
  };
  part(1);
  store[id_of(1)] = TaskState::completed;
  {
    const PartSweeper sweeper(std::make_shared<DownloadParts>(folder.path()), first_away, std::chrono::hours(1));
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked == 1; });
    EXPECT_NE(folder.list(), "");
  }
  EXPECT_EQ(folder.list(), "");
}

}  // namespace
}  // namespace taskrunner::tasks
