#pragma once

#include "core/task_service.hpp"
#include "live/random_tasks.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace taskrunner::model {

/// A store as doors ask it, without a runner's threads: each answer comes some turns of the loop after the question, the
/// number by chance, so that the same seed gives the same order of everything.
class StoreService final : public core::TaskService {
 public:
  StoreService(Store& store, live::RandomTasks& random) : store_(store), random_(random) {}

  awaitable<std::vector<AddResult>> add(std::vector<NewTask> tasks) override {
    co_await some_turns();
    co_return store_.add(tasks);
  }
  awaitable<std::vector<AddResult>> import_records(std::vector<TaskRecord>) override {
    throw Error(ErrorCode::not_supported, "nothing is imported here");
  }
  awaitable<TransitionResult> signal(ObjectId id, SignalOp op, std::string by) override {
    return apply(SignalTask{id, op, std::move(by)});
  }
  awaitable<TransitionResult> retry(ObjectId id) override { return apply(RetryTask{id}); }
  awaitable<TransitionResult> remove(ObjectId id) override { return apply(RemoveTask{id}); }
  awaitable<TaskPtr> get(ObjectId id) override {
    co_await some_turns();
    co_return store_.get(id);
  }
  awaitable<std::vector<TaskPtr>> find(Query query) override {
    co_await some_turns();
    auto found = store_.find(query);
    co_await some_turns();
    co_return found;
  }
  awaitable<std::int64_t> count(Json filter) override {
    co_await some_turns();
    co_return store_.count(filter);
  }
  awaitable<std::vector<SessionInfo>> hosts() override {
    co_await some_turns();
    co_return store_.sessions();
  }
  Feed& feed() override { return store_.feed(); }

  TaskPtr running_here(const ObjectId&) const override { return nullptr; }
  std::vector<TaskPtr> running_now() const override { return {}; }
  std::vector<core::LogLine> logs(const ObjectId&) const override { return {}; }
  Json progress(const ObjectId&) const override { return {}; }
  const std::string& instance() const override { return instance_; }
  std::vector<std::string> topics() const override { return {}; }
  bool is_ready() const override { return true; }
  void listen(std::weak_ptr<core::RunnerListener>) override {}

 private:
  awaitable<TransitionResult> apply(Transition transition) {
    co_await some_turns();
    auto results = store_.apply(std::span(&transition, 1));
    co_return results.front();
  }
  awaitable<void> some_turns() {
    for (std::size_t left = random_.below(5); left > 0; --left) co_await boost::asio::post(boost::asio::use_awaitable);
  }

  Store& store_;
  live::RandomTasks& random_;
  const std::string instance_ = "here";
};

}  // namespace taskrunner::model
