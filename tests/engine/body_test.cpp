// What a body may do: save, rewrite its data, run again, fail; what its factory may do: validate, recover.
#include "engine/engine_fixture.hpp"

namespace taskrunner::engine {
namespace {

class Body : public EngineTest {
 protected:
  Body() : runner(options()) {}
  /// What BSON does not take: a name with a NUL in it.
  static Json unstorable() { return Json{{std::string("a\0b", 3), 1}}; }

  TaskRunner runner;
};

TEST_P(Body, WhatItSavesAndRewritesIsSeenAtOnceAndByTheNextRun) {
  runner.handle("work#1", [story = story](Json data, Context& context) -> awaitable<Json> {
    if (context.epoch() == 2) {
      Json seen{{"data", data}, {"checkpoint", context.checkpoint_data()}};
      co_return seen;
    }
    Json checkpoint("half");
    co_await context.save(std::move(checkpoint));
    Json rewritten("rewritten");
    co_await context.update_data(std::move(rewritten));
    story->say("stored");
    story->hold_until("looked");
    co_return context.again();
  });
  runner.start();
  const ObjectId id = runner.add("work#1", Json("original"));
  story->await("stored");
  EXPECT_EQ(runner.get(id)->checkpoint, Json("half"));
  EXPECT_EQ(runner.get(id)->data, Json("rewritten"));
  EXPECT_EQ(runner.get(id)->state, TaskState::running);
  story->say("looked");
  const TaskRecord end = await_end(runner, id);
  const Json expected{{"data", "rewritten"}, {"checkpoint", "half"}};
  EXPECT_EQ(end.response, expected);
  EXPECT_EQ(end.attempts, 1);  // running again is no failure
}

TEST_P(Body, ABlockingOneSavesAndRewritesToo) {
  runner.handle("work#1", [](Json data, Context& context) {
    if (context.epoch() == 2) return Json{{"data", data}, {"checkpoint", context.checkpoint_data()}};
    context.save_blocking(Json("half"));
    context.update_data_blocking(Json("rewritten"));
    return context.again(1ms);
  });
  runner.start();
  const Json expected{{"data", "rewritten"}, {"checkpoint", "half"}};
  EXPECT_EQ(await_end(runner, runner.add("work#1", Json("original"))).response, expected);
}

TEST_P(Body, AnErrorIsRetriedAndRemembered) {
  runner.handle("work#1", [](Json, Context& context) {
    if (context.epoch() == 1) throw std::runtime_error("the first");
    if (context.epoch() == 2) throw 2;  // NOLINT(hicpp-exception-baseclass)
    return Json("third time");
  });
  runner.start();
  const TaskRecord end = await_end(runner, runner.add("work#1", Json()));
  EXPECT_EQ(end.response, Json("third time"));
  EXPECT_EQ(end.attempts, 3);
  ASSERT_EQ(end.errors.size(), 2u);
  EXPECT_EQ(end.errors[0].text, "the first");
  EXPECT_EQ(end.errors[1].attempt, 2);
}

TEST_P(Body, BetweenTwoAttemptsItWaits) {
  runner.handle("work#1", [](Json, Context&) -> Json { throw std::runtime_error("no"); });
  runner.start();
  const ObjectId id = runner.add("work#1", Json());
  // The second pause is up to 2 s: at random, so what is looked at is the first that has one.
  const TaskPtr waiting = await_task(runner, id, [](const TaskRecord& task) { return task.wait_until_ms.has_value(); });
  EXPECT_EQ(waiting->state, TaskState::to_do);
  EXPECT_GT(*waiting->wait_until_ms, waiting->errors.back().at_ms);
  const std::int64_t longest_ms = 1'000LL << (waiting->errors.size() - 1);
  EXPECT_LE(*waiting->wait_until_ms, waiting->errors.back().at_ms + longest_ms);
  EXPECT_TRUE(runner.signal(id, SignalOp::stop).ok());
}

TEST_P(Body, AttemptsThatAreUsedUpAndFailAreFinal) {
  runner.handle("work#1", [](Json data, Context&) -> awaitable<Json> {
    if (data == Json("for good")) throw Fail("for good");
    throw std::runtime_error("again and again");
    co_return Json();
  });
  runner.start();
  const TaskRecord good = await_end(runner, runner.add("work#1", Json("for good")));
  EXPECT_EQ(good.outcome, TaskOutcome::failed);
  EXPECT_EQ(good.attempts, 1);
  const Json response{{"state", "error"}, {"error", "for good"}};
  EXPECT_EQ(good.response, response);
  const TaskRecord used_up = await_end(runner, runner.add("work#1", Json(), {.max_attempts = 2}));
  EXPECT_EQ(used_up.outcome, TaskOutcome::failed);
  EXPECT_EQ(used_up.errors.size(), 2u);
}

TEST_P(Body, AResponseThatCannotBeStoredIsAFailureWithThatReason) {
  if (GetParam() == "memory") return;  // it takes everything
  runner.handle("work#1", [](Json, Context&) { return unstorable(); });
  runner.start();
  const TaskRecord end = await_end(runner, runner.add("work#1", Json(), {.max_attempts = 1}));
  EXPECT_EQ(end.outcome, TaskOutcome::failed);
  EXPECT_NE(end.errors.at(0).text.find("cannot be stored"), std::string::npos);
}

TEST_P(Body, ACheckpointThatCannotBeStoredIsRefused) {
  if (GetParam() == "memory") return;
  runner.handle("work#1", [](Json, Context& context) {
    try {
      context.save_blocking(unstorable());
    } catch (const Error& error) {
      return Json(error.what());
    }
    return Json("saved");
  });
  runner.start();
  EXPECT_NE(await_end(runner, runner.add("work#1", Json())).response->as_string().find("does not take"), std::string::npos);
}

class Doubling final : public TaskFactory {
 public:
  void validate(NewTask& task) const override {
    if (!task.data || !task.data->is_number()) throw Error(ErrorCode::invalid_argument, "doubling wants a number");
    task.data = Json{{"number", *task.data}, {"by", 2}};
  }
  std::unique_ptr<Task> make(const TaskRecord& task) override {
    class Run final : public BlockingTask {
     public:
      explicit Run(const Json& data) : result_(data.at("number").as_int64() * data.at("by").as_int64()) {}
      Json run_blocking(Context&) override { return result_; }

     private:
      const std::int64_t result_;
    };
    return std::make_unique<Run>(*task.data);
  }
};

TEST_P(Body, AFactoryRefusesWhatIsWrongAndFillsInWhatIsMissing) {
  runner.handle("double#1", std::make_shared<Doubling>());
  runner.start();
  try {
    runner.add("double#1", Json("two"));
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_STREQ(error.what(), "doubling wants a number");
  }
  const ObjectId id = runner.add("double#1", Json(21));
  EXPECT_EQ(await_end(runner, id).response, Json(42));
}

TEST_P(Body, DataThatDoesNotReadAsItsParameterIsRefusedAtAdd) {
  runner.handle("count#1", [](std::vector<int> numbers, Context&) { return Json(numbers.size()); });
  runner.start();
  EXPECT_THROW(runner.add("count#1", Json("three")), Error);
  EXPECT_EQ(await_end(runner, runner.add("count#1", std::vector<int>{1, 2, 3})).response, Json(3));
}

/// Says when recover() and run come.
template <typename Base>
class Recovering : public Base {
 public:
  explicit Recovering(std::shared_ptr<Story> story) : story_(std::move(story)) {}
  awaitable<void> recover(Context&) override {
    story_->say("recovers");
    co_return;
  }

 protected:
  Json result() {
    story_->say("runs");
    return Json(story_->count("recovers"));
  }

 private:
  std::shared_ptr<Story> story_;
};
class RecoveringCoroutine final : public Recovering<Task> {
 public:
  using Recovering::Recovering;
  awaitable<Json> run(Context&) override { co_return result(); }
};
class RecoveringBlock final : public Recovering<BlockingTask> {
 public:
  using Recovering::Recovering;
  Json run_blocking(Context&) override { return result(); }
};
template <typename Run>
class RecoveringFactory final : public TaskFactory {
 public:
  explicit RecoveringFactory(std::shared_ptr<Story> story) : story_(std::move(story)) {}
  std::unique_ptr<Task> make(const TaskRecord&) override { return std::make_unique<Run>(story_); }

 private:
  const std::shared_ptr<Story> story_;
};

TEST_P(Body, OneWhoseHostWasLostRecoversBeforeItRuns) {
  const auto store = open_store();
  Random random(1);
  const ObjectId session = random.object_id(0);
  SessionInfo dead;
  dead.id = session;
  dead.instance = "dead host";
  store->open_session(dead, 30'000);
  std::vector<NewTask> tasks(2);
  for (std::size_t i = 0; i < 2; ++i) {
    tasks[i].id = random.object_id(0);
    tasks[i].versioned_topic = i ? "blocking#1" : "coroutine#1";
  }
  store->add(tasks);
  ClaimRequest claim;
  claim.token = random.object_id(0);
  claim.session = session;
  claim.worker = "dead host";
  claim.topics = {{"coroutine#1", 1, {}}, {"blocking#1", 1, {}}};
  claim.limit = 2;
  ASSERT_EQ(store->claim(claim).tasks.size(), 2u);
  store->close_session(session);

  core::Runner host(runner_options(), store, std::make_shared<Random>(2), system_clock());
  host.handle("coroutine#1", std::make_shared<RecoveringFactory<RecoveringCoroutine>>(story), {});
  host.handle("blocking#1", std::make_shared<RecoveringFactory<RecoveringBlock>>(story), {});
  host.start();
  for (const NewTask& task : tasks) {
    const TaskPtr end = await_task(*store, task.id, in_state(TaskState::completed));
    EXPECT_EQ(end->losses, 1);
    EXPECT_EQ(end->attempts, 1);
  }
  EXPECT_EQ(story->count("recovers"), 2u);
  EXPECT_EQ(story->lines().front(), "recovers");
  // A fresh one has nothing to put right.
  NewTask fresh;
  fresh.versioned_topic = "blocking#1";
  const ObjectId id = host.add_blocking({fresh}).at(0).task->id;
  EXPECT_EQ(await_task(*store, id, in_state(TaskState::completed))->response, Json(2));
}

INSTANTIATE_TEST_SUITE_P(Stores, Body, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
