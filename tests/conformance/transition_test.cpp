// Every transition from every situation, with the right fence and wrong ones: what is stored afterwards is what
// decide() says, whatever short cuts the store takes.

#include "store_test.hpp"

#include "core/state_machine.hpp"

#include <algorithm>
#include <functional>
#include <random>

namespace taskrunner::conformance {
namespace {

struct Situation {
  const char* name;
  std::function<ObjectId()> make;
};

class TransitionTest : public StoreTest {
 protected:
  TaskPtr rich_running_task() {
    NewTask task = new_task("", Json{{"text", "x"}, {"when", Date{5}}});
    task.priority = 2.5;
    task.applicant = "someone";
    task.unique_key = "key" + task.id.hex();
    task.schedule = ScheduleTick{"nightly", 1'000};
    const TaskPtr running = running_task(task);
    UpdateTask update{fence_of(*running), {}, Json{{"spent", 1}}, Json{{"at", 3}}, Json{"so far"}, {}};
    EXPECT_TRUE(apply(update).ok());
    return running;
  }
  ObjectId signalled(const TaskPtr& task, SignalOp op) {
    EXPECT_TRUE(apply(SignalTask{task->id, op, "operator"}).ok());
    return task->id;
  }
  ObjectId paused() {
    const TaskPtr task = rich_running_task();
    signalled(task, SignalOp::pause);
    EXPECT_TRUE(apply(TakePause{fence_of(*task)}).ok());
    return task->id;
  }
  ObjectId after(const Transition& transition, const TaskPtr& task) {
    EXPECT_TRUE(apply(transition).ok());
    return task->id;
  }

  std::vector<Situation> situations() {
    return {
        {"to do", [this] { return add(); }},
        {"waiting",
         [this] {
           NewTask task = new_task();
           task.wait_until_ms = clock.wall_ms() + 1'000'000;
           return add(task);
         }},
        {"running", [this] { return rich_running_task()->id; }},
        {"its last attempt",
         [this] {
           NewTask task = new_task();
           task.max_attempts = 1;
           return running_task(task)->id;
         }},
        {"pause asked", [this] { return signalled(rich_running_task(), SignalOp::pause); }},
        {"stop asked", [this] { return signalled(rich_running_task(), SignalOp::stop); }},
        {"paused", [this] { return paused(); }},
        {"resume asked",
         [this] {
           const ObjectId id = paused();
           return signalled(store->get(id), SignalOp::resume);
         }},
        {"parked",
         [this] {
           const TaskPtr task = store->get(paused());
           return after(ReleaseTask{fence_of(*task), 0}, task);
         }},
        {"failed once",
         [this] {
           const TaskPtr task = rich_running_task();
           return after(FailTask{fence_of(*task), "boom", false, {}}, task);
         }},
        {"success",
         [this] {
           const TaskPtr task = rich_running_task();
           return after(CompleteTask{fence_of(*task), Json{1}, {}}, task);
         }},
        {"failed for good",
         [this] {
           const TaskPtr task = rich_running_task();
           return after(FailTask{fence_of(*task), "boom", true, {}}, task);
         }},
        {"cancelled",
         [this] {
           const ObjectId id = add();
           EXPECT_TRUE(apply(SignalTask{id, SignalOp::stop, "operator"}).ok());
           return id;
         }},
    };
  }

  std::vector<Fence> fences_of(const TaskRecord& task) {
    const ObjectId token = task.lease ? task.lease->token : fresh_id();
    const ObjectId holder = task.lease && task.lease->session ? *task.lease->session : session;
    return {{task.id, token, holder}, {task.id, fresh_id(), holder}, {task.id, token, fresh_id()}};
  }

  static std::vector<Transition> transitions(const Fence& fence) {
    return {
        UpdateTask{fence, Json{{"new", "data"}}, {}, {}, {}, {}},
        UpdateTask{fence, {}, Json{{"spent", 7}}, {}, {}, AvailableActions{true, false, false}},
        UpdateTask{fence, {}, {}, Json{"saved"}, Json{"partial"}, {}},
        CompleteTask{fence, Json{{"done", true}}, {}},
        CompleteTask{fence, {}, 5'000},
        RunAgain{fence, 0},
        RunAgain{fence, 60'000},
        FailTask{fence, "it broke", false, {}},
        FailTask{fence, "it broke", true, 7'000},
        TakePause{fence},
        TakeResume{fence, {true, true, false}},
        TakeStop{fence, {}},
        TakeStop{fence, Json{"half"}},
        ReleaseTask{fence, 0},
        ReleaseTask{fence, 9'000},
        SignalTask{fence.id, SignalOp::stop, "me"},
        SignalTask{fence.id, SignalOp::pause, "me"},
        SignalTask{fence.id, SignalOp::resume, "me"},
        RetryTask{fence.id},
        RemoveTask{fence.id},
        ReapTask{fence.id, fence.token},
        AdoptTask{fence.id},
    };
  }

  static TransitionStatus status_of(core::Effect effect) {
    switch (effect) {
      case core::Effect::changed:
      case core::Effect::removed: return TransitionStatus::applied;
      case core::Effect::unchanged: return TransitionStatus::unchanged;
      case core::Effect::refused: return TransitionStatus::refused;
      case core::Effect::lost: return TransitionStatus::lost;
    }
    return TransitionStatus::not_found;
  }

  static void expect_same_event(const FeedEvent& event, const TaskRecord& task) {
    const FeedEvent wanted = core::feed_event(event.kind, task);
    EXPECT_EQ(event.id, wanted.id);
    EXPECT_EQ(event.versioned_topic, wanted.versioned_topic);
    EXPECT_EQ(event.state, wanted.state);
    EXPECT_EQ(event.rev, wanted.rev);
    EXPECT_EQ(event.claimable, wanted.claimable);
    EXPECT_EQ(event.wait_until_ms, wanted.wait_until_ms);
    EXPECT_EQ(event.session, wanted.session);
    EXPECT_EQ(event.signal, wanted.signal);
  }

  void expect_as_decided(const ObjectId& id, const Transition& transition, bool documents_wanted) {
    clock.now_ms += 10;
    const TaskRecord before = *store->get(id);
    TaskRecord wanted = before;
    const core::Decision decision = core::decide(wanted, transition, {clock.wall_ms(), keep, 1.0});
    FeedCursor cursor = feed_now();
    const TransitionResult result = apply(transition);
    EXPECT_EQ(result.status, status_of(decision.effect));
    EXPECT_EQ(result.reason.empty(), result.ok());
    const TaskPtr after = store->get(id);
    const auto events = events_after(cursor);
    if (decision.effect == core::Effect::removed) {
      EXPECT_EQ(after, nullptr);
      ASSERT_EQ(events.size(), 1u);
      EXPECT_EQ(events[0].kind, FeedEvent::Kind::remove);
      EXPECT_EQ(events[0].task, nullptr);
      return;
    }
    ASSERT_NE(after, nullptr);
    // A backoff has a random part, which the store's own randomness makes.
    if (wanted.wait_until_ms && after->wait_until_ms && wanted.wait_until_ms != before.wait_until_ms) {
      EXPECT_LE(*after->wait_until_ms, *wanted.wait_until_ms);
      EXPECT_GE(*after->wait_until_ms, clock.wall_ms());
      wanted.wait_until_ms = after->wait_until_ms;
    }
    EXPECT_EQ(*after, wanted);
    if (result.task) { EXPECT_EQ(*result.task, *after); }
    ASSERT_EQ(events.size(), decision.effect == core::Effect::changed ? 1u : 0u);
    if (events.empty()) return;
    EXPECT_EQ(events[0].kind, FeedEvent::Kind::update);
    expect_same_event(events[0], *after);
    ASSERT_EQ(events[0].task != nullptr, documents_wanted);
    if (documents_wanted) { EXPECT_EQ(*events[0].task, *after); }
  }

  void try_all(bool documents_wanted) {
    const auto wanted = documents_wanted ? store->feed().want_documents() : nullptr;
    const std::size_t count = transitions({}).size();
    for (const Situation& situation : situations())
      for (std::size_t which_fence = 0; which_fence < 3; ++which_fence)
        for (std::size_t i = 0; i < count; ++i) {
          SCOPED_TRACE(std::string(situation.name) + ", transition " + std::to_string(i) + ", fence " +
                       std::to_string(which_fence));
          const ObjectId id = situation.make();
          const Fence fence = fences_of(*store->get(id))[which_fence];
          expect_as_decided(id, transitions(fence)[i], documents_wanted);
        }
  }
};

TEST_P(TransitionTest, StoresWhatDecideSays) { try_all(false); }
TEST_P(TransitionTest, StoresWhatDecideSaysWhileDocumentsAreWanted) { try_all(true); }

TEST_P(TransitionTest, AnUnknownIdIsNotFound) {
  for (const Transition& transition : transitions({fresh_id(), fresh_id(), session})) {
    const TransitionResult result = apply(transition);
    EXPECT_EQ(result.status, TransitionStatus::not_found);
    EXPECT_EQ(result.task, nullptr);
  }
}

TEST_P(TransitionTest, ARepeatedCompletionIsUnchangedAndTheFirstResultStays) {
  const TaskPtr task = running_task();
  EXPECT_EQ(apply(CompleteTask{fence_of(*task), Json{"first"}, {}}).status, TransitionStatus::applied);
  EXPECT_EQ(apply(CompleteTask{fence_of(*task), Json{"second"}, {}}).status, TransitionStatus::unchanged);
  EXPECT_EQ(store->get(task->id)->response, Json{"first"});
}

TEST_P(TransitionTest, ABatchIsAppliedInOrderWithOneAnswerEach) {
  const TaskPtr task = running_task();
  const Fence fence = fence_of(*task);
  const std::vector<Transition> batch = {UpdateTask{fence, {}, Json{1}, {}, {}, {}}, CompleteTask{fence, Json{2}, {}},
                                         UpdateTask{fence, {}, Json{3}, {}, {}, {}}, RetryTask{fence.id},
                                         RemoveTask{fresh_id()}};
  const auto results = store->apply(batch);
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(results[0].status, TransitionStatus::applied);
  EXPECT_EQ(results[1].status, TransitionStatus::applied);
  EXPECT_EQ(results[2].status, TransitionStatus::lost);
  EXPECT_EQ(results[3].status, TransitionStatus::applied);
  EXPECT_EQ(results[4].status, TransitionStatus::not_found);
  EXPECT_EQ(store->get(task->id)->state, TaskState::to_do);
  EXPECT_EQ(store->get(task->id)->progress, Json{1});
}

TEST_P(TransitionTest, EachOfManyThatEndTogetherGetsItsOwnResponse) {
  for (int i = 0; i < 100; ++i) add(new_task("many#1"));
  std::vector<TaskPtr> tasks = claim({"many#1"}).tasks;
  ASSERT_EQ(tasks.size(), 100u);
  std::shuffle(tasks.begin(), tasks.end(), std::minstd_rand(1));
  std::vector<Transition> ends;
  for (const TaskPtr& task : tasks) ends.push_back(CompleteTask{fence_of(*task), Json{task->id.hex()}, {}});
  for (const TransitionResult& result : store->apply(ends)) EXPECT_EQ(result.status, TransitionStatus::applied);
  for (const TaskPtr& task : tasks) EXPECT_EQ(store->get(task->id)->response, Json{task->id.hex()});
}

TEST_P(TransitionTest, TheOldHolderIsFencedOutAfterTheTaskRanOnElsewhere) {
  const TaskPtr first = running_task();
  ASSERT_TRUE(apply(ReapTask{first->id, first->lease->token}).ok());
  const ClaimResult again = claim({first->versioned_topic});
  ASSERT_EQ(again.tasks.size(), 1u);
  EXPECT_EQ(again.tasks[0]->epoch, first->epoch + 1);
  EXPECT_EQ(apply(CompleteTask{fence_of(*first), Json{"stale"}, {}}).status, TransitionStatus::lost);
  EXPECT_EQ(apply(CompleteTask{fence_of(*again.tasks[0]), Json{"right"}, {}}).status, TransitionStatus::applied);
  EXPECT_EQ(store->get(first->id)->response, Json{"right"});
}

TEST_P(TransitionTest, PurgeRemovesOnlyWhatIsOverInBoundedBatches) {
  for (int i = 0; i < 3; ++i) {
    const TaskPtr task = running_task();
    ASSERT_TRUE(apply(CompleteTask{fence_of(*task), {}, 1'000}).ok());
  }
  const ObjectId waiting = add();
  EXPECT_EQ(store->purge(10), 0u);
  clock.now_ms += 1'000;
  FeedCursor cursor = feed_now();
  EXPECT_EQ(store->purge(2), 2u);
  EXPECT_EQ(store->purge(10), 1u);
  EXPECT_EQ(store->purge(10), 0u);
  EXPECT_EQ(events_after(cursor).size(), 3u);
  EXPECT_NE(store->get(waiting), nullptr);
  EXPECT_EQ(store->count({}), 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, TransitionTest, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::conformance
