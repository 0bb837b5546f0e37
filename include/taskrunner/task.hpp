#pragma once

#include <taskrunner/awaitable.hpp>
#include <taskrunner/context.hpp>
#include <taskrunner/convert.hpp>
#include <taskrunner/task_record.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace taskrunner {

/// How tasks of a topic are run here.
struct TopicOptions {
  std::size_t max_running = 0;  ///< at once on this host; 0: the runner's max_running
  bool pausable = false;        ///< the body calls checkpoint() often enough
  std::optional<std::chrono::milliseconds> keep = std::nullopt;  ///< how long its ended tasks are kept; absent: the runner's
};

/// One run of one task: made by its factory, destroyed when the run ended. State between checkpoints lives here.
/// Override `run` (a coroutine on the task loop) or, in a BlockingTask, `run_blocking`.
class Task {
 public:
  virtual ~Task() = default;

  /// Before `run`, where an earlier run ended without an outcome (its host died): put right what it left behind.
  virtual awaitable<void> recover(Context& context);

  /// Returns → completed with that response; throws → error, retried by policy; throws Fail → failed for good;
  /// returns context.again(…) → run again later.
  virtual awaitable<Json> run(Context& context) = 0;

  /// True where `run_blocking` is to be called on a worker thread in place of `run`.
  virtual bool blocks() const { return false; }
  virtual Json run_blocking(Context& context);
};

class BlockingTask : public Task {
 public:
  awaitable<Json> run(Context& context) final;
  bool blocks() const final { return true; }
  Json run_blocking(Context& context) override = 0;
};

/// Makes the runnable task of a stored document. One object a topic, shared by all of its tasks; called from the
/// runner's threads, so its members must be const or thread-safe.
class TaskFactory {
 public:
  virtual ~TaskFactory() = default;

  /// Looks at what a client wants to add, may fill in defaults, and throws Error{invalid_argument} with what is wrong.
  /// Only what it leaves in `task` is stored.
  virtual void validate(NewTask& task) const;

  /// Throws → the run fails with that error.
  virtual std::unique_ptr<Task> make(const TaskRecord& task) = 0;
};

namespace detail {

template <typename T>
struct is_awaitable : std::false_type {};
template <typename T>
struct is_awaitable<boost::asio::awaitable<T>> : std::true_type {};

/// The first parameter of a body: `Result(Data, Context&)`.
template <typename F>
struct body_traits : body_traits<decltype(&F::operator())> {};
template <typename R, typename D>
struct body_traits<R (*)(D, Context&)> {
  using Result = R;
  using Data = std::decay_t<D>;
};
template <typename R, typename D>
struct body_traits<R(D, Context&)> : body_traits<R (*)(D, Context&)> {};
template <typename C, typename R, typename D>
struct body_traits<R (C::*)(D, Context&) const> : body_traits<R (*)(D, Context&)> {};
template <typename C, typename R, typename D>
struct body_traits<R (C::*)(D, Context&)> : body_traits<R (*)(D, Context&)> {};

template <typename Data>
Data read_data(const TaskRecord& task) {
  return from_json<Data>(task.data ? *task.data : Json());
}

template <typename Body>
class CoroutineFunctionTask final : public Task {
 public:
  CoroutineFunctionTask(const Body& body, const TaskRecord& task)
      : body_(body), data_(read_data<typename body_traits<Body>::Data>(task)) {}
  awaitable<Json> run(Context& context) override { return body_(std::move(data_), context); }

 private:
  const Body& body_;
  typename body_traits<Body>::Data data_;
};

template <typename Body>
class BlockingFunctionTask final : public BlockingTask {
 public:
  BlockingFunctionTask(const Body& body, const TaskRecord& task)
      : body_(body), data_(read_data<typename body_traits<Body>::Data>(task)) {}
  Json run_blocking(Context& context) override { return body_(std::move(data_), context); }

 private:
  const Body& body_;
  typename body_traits<Body>::Data data_;
};

/// A function as a factory. Data that does not read as the body's parameter is refused at add.
template <typename Body>
class FunctionFactory final : public TaskFactory {
 public:
  explicit FunctionFactory(Body body) : body_(std::move(body)) {}
  void validate(NewTask& task) const override {
    from_json<typename body_traits<Body>::Data>(task.data ? *task.data : Json());
  }
  std::unique_ptr<Task> make(const TaskRecord& task) override {
    if constexpr (is_awaitable<typename body_traits<Body>::Result>::value)
      return std::make_unique<CoroutineFunctionTask<Body>>(body_, task);
    else
      return std::make_unique<BlockingFunctionTask<Body>>(body_, task);
  }

 private:
  Body body_;
};

}  // namespace detail

/// The factory of a body function: a coroutine `awaitable<Json>(Data, Context&)`, or a plain `Json(Data, Context&)`
/// that runs on a worker thread. Data is anything `from_json` knows.
template <typename Body>
std::shared_ptr<TaskFactory> make_factory(Body body) {
  using Stored = std::decay_t<Body>;
  return std::make_shared<detail::FunctionFactory<Stored>>(std::move(body));
}

}  // namespace taskrunner
