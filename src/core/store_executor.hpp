#pragma once

#include <taskrunner/awaitable.hpp>
#include <taskrunner/store.hpp>

#include "core/worker_threads.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace taskrunner::core {

/// Runs a store's blocking verbs on a few threads of its own, so that no loop ever waits for a disk or a server.
/// Adds that come while others are being written become one batch. Thread-safe.
class StoreExecutor {
 public:
  explicit StoreExecutor(std::shared_ptr<Store> store);
  ~StoreExecutor() { stop(); }

  Store& store() { return *store_; }

  /// `work` runs on a store thread.
  void post(std::function<void()> work) { threads_.post(std::move(work)); }
  /// The same on a thread that only sessions use: a renewal waits for no other verb.
  void post_session(std::function<void()> work) { session_thread_.post(std::move(work)); }

  using AddAnswer = std::function<void(std::exception_ptr, std::vector<AddResult>)>;
  /// `answered` runs on a store thread, once.
  void add(std::vector<NewTask> tasks, AddAnswer answered);

  /// Awaits `verb(store)`; resumes on the awaiting coroutine's executor. What the verb throws is thrown there.
  template <typename Result, typename Verb>
  awaitable<Result> run(Verb verb);
  /// Awaits an add; as run().
  awaitable<std::vector<AddResult>> add(std::vector<NewTask> tasks);

  /// Finishes what is queued. Harmless twice.
  void stop();

 private:
  struct WaitingAdd {
    std::vector<NewTask> tasks;
    AddAnswer answered;
  };
  std::vector<WaitingAdd> take_adds();
  void write_adds();

  const std::shared_ptr<Store> store_;
  WorkerThreads threads_{4};
  WorkerThreads session_thread_{1};
  std::mutex mutex_;
  std::deque<WaitingAdd> waiting_;
  std::size_t writing_ = 0;  ///< add batches under way
};

namespace detail {

/// Calls the handler where its coroutine runs.
template <typename Handler, typename Result>
void deliver(std::shared_ptr<Handler> handler, std::exception_ptr error, Result result) {
  auto executor = boost::asio::get_associated_executor(*handler);
  boost::asio::dispatch(executor, [handler, error, value = std::move(result)]() mutable {
    std::move (*handler)(error, std::move(value));
  });
}

}  // namespace detail

template <typename Result, typename Verb>
awaitable<Result> StoreExecutor::run(Verb verb) {
  auto start = [this, work = std::move(verb)](auto completion) mutable {
    auto handler = std::make_shared<decltype(completion)>(std::move(completion));
    auto job = std::make_shared<Verb>(std::move(work));
    post([this, handler, job] {
      Result result{};
      std::exception_ptr error;
      try {
        result = (*job)(*store_);
      } catch (...) {
        error = std::current_exception();
      }
      detail::deliver(handler, error, std::move(result));
    });
  };
  using Signature = void(std::exception_ptr, Result);
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, Signature>(std::move(start),
                                                                                     boost::asio::use_awaitable);
}

}  // namespace taskrunner::core
