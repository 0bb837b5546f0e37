// kill -9 at each step of what a host does with a task, on each store: then another host ends what is left, and nothing
// that was acknowledged is missing, nothing has two outcomes, and what was written down as done is not done again.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/open_store.hpp"
#include "support/child_process.hpp"
#include "support/mongod.hpp"
#include "support/temporary_folder.hpp"

#include <taskrunner/store.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace taskrunner {
namespace {

/// What hosts said: the epochs that ran, by task, and what was acknowledged.
struct Said {
  std::map<std::string, std::vector<std::string>> ran;
  std::set<std::string> added;

  void hear(test::ChildProcess& host) {
    for (std::string line = host.line(); !line.empty(); line = host.line()) hear(line);
  }
  void hear(const std::string& line) {
    const std::string rest = line.substr(line.find(' ') + 1);
    if (line.starts_with("added ")) added.insert(rest);
    if (line.starts_with("ran ")) ran[rest.substr(0, 24)].push_back(rest.substr(25));
  }
};

class KillPoint : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  KillPoint() {
    url = std::get<0>(GetParam()) == "sqlite" ? "sqlite:" + folder_.file("tasks.db") : test::Mongod::shared().fresh_url();
  }

  std::shared_ptr<Store> open() const { return store::open_store(url, {&system_clock(), nullptr, {}}); }

  void add_three() {
    const auto store = open();
    std::vector<NewTask> tasks(3);
    for (NewTask& task : tasks) {
      task.id = random_.object_id(system_clock().wall_ms());
      task.versioned_topic = "work#1";
    }
    for (const AddResult& result : store->add(tasks)) said.added.insert(result.task->id.hex());
  }

  /// A host that must come to that point and die there.
  void die_at(const std::string& point) {
    test::ChildProcess host({KILL_HOST, url, point});
    if (point.ends_with("release")) {
      while (said.ran.empty()) said.hear(host.line());
      host.send(SIGTERM);
    }
    said.hear(host);
    ASSERT_EQ(host.wait(), -SIGKILL) << "it never came to: " << point;
    // What a host nearby would find out (proof of death), so that no test waits for a session to lapse.
    const auto store = open();
    for (const SessionInfo& session : store->sessions()) store->lose_session(session.id);
  }

  void end_all() {
    test::ChildProcess host({KILL_HOST, url, "none"});
    said.hear(host);
    ASSERT_EQ(host.wait(), 0);
  }

  std::string url;
  Said said;

 private:
  const test::TemporaryFolder folder_;
  Random random_ = Random(Random::system_seed());
};

TEST_P(KillPoint, LosesNothingAndEndsEverythingOnce) {
  const std::string point = std::get<1>(GetParam());
  add_three();
  if (point.ends_with("reap")) ASSERT_NO_FATAL_FAILURE(die_at("run"));  // somebody to be reaped
  ASSERT_NO_FATAL_FAILURE(die_at(point));
  std::set<std::string> ended;
  for (const TaskPtr& task : open()->find({Json{{"state", "completed"}}, {}, 0, 100})) ended.insert(task->id.hex());
  EXPECT_EQ(ended.empty(), point != "after complete");
  const auto before = said.ran;
  ASSERT_NO_FATAL_FAILURE(end_all());

  const std::vector<TaskPtr> tasks = open()->find({Json(), {}, 0, 100});
  std::set<std::string> ids;
  for (const TaskPtr& task : tasks) {
    const std::string id = task->id.hex();
    ids.insert(id);
    EXPECT_EQ(task->outcome, TaskOutcome::success);
    EXPECT_FALSE(task->worker);
    const std::vector<std::string>& epochs = said.ran[id];
    EXPECT_EQ(std::set<std::string>(epochs.begin(), epochs.end()).size(), epochs.size()) << "an epoch was told twice";
    EXPECT_EQ(task->response, (Json{{"epoch", task->epoch}}));
    if (ended.contains(id)) EXPECT_EQ(said.ran[id], before.at(id)) << "it ran again after it had ended";
  }
  EXPECT_EQ(ids, said.added);  // "late" is among them: the second host's add, by the same key, was acknowledged
  EXPECT_EQ(tasks.size(), 4u);
}

std::string name_of(const testing::TestParamInfo<KillPoint::ParamType>& info) {
  std::string name = std::get<0>(info.param) + "_" + std::get<1>(info.param);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, KillPoint,
                         testing::Combine(testing::Values("sqlite", "mongodb"),
                                          testing::Values("before add", "after add", "before claim", "after claim", "run",
                                                          "before complete", "after complete", "before reap", "after reap",
                                                          "before release", "after release")),
                         name_of);

}  // namespace
}  // namespace taskrunner
