#include "core/body_runner.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace taskrunner::core {
namespace {

BodyEnd failed(std::string text, bool permanent) {
  BodyEnd end;
  end.kind = BodyEnd::Kind::failed;
  end.error = std::move(text);
  end.permanent = permanent;
  return end;
}

BodyEnd end_of_exception(const RunningTask& task, const std::exception_ptr& exception) {
  BodyEnd stopped;
  stopped.kind = BodyEnd::Kind::stopped;
  try {
    std::rethrow_exception(exception);
  } catch (const Stopped&) {
    return stopped;
  } catch (const Fail& fail) {
    return failed(fail.what(), true);
  } catch (const std::exception& error) {
    // What was awaited or interrupted for the stop ends in errors of many kinds: they are the stop.
    return task.stop_requested() ? stopped : failed(error.what(), false);
  } catch (...) {
    return task.stop_requested() ? stopped : failed("the task threw something that is no std::exception", false);
  }
}

BodyEnd end_of_return(const RunningTask& task, Json response) {
  BodyEnd end;
  if (const auto wait_ms = task.again_ms()) {
    end.kind = BodyEnd::Kind::again;
    end.wait_ms = *wait_ms;
  } else if (!response.is_null()) {
    end.response = std::move(response);
  }
  return end;
}

awaitable<Json> recover_and_run(std::shared_ptr<RunningTask> task, std::shared_ptr<Task> body) {
  if (task->record()->losses > 0) co_await body->recover(task->context());
  co_return co_await body->run(task->context());
}

}  // namespace

BodyRunner::BodyRunner(Loop& task_loop, Ended ended, std::size_t most_blocking)
    : task_loop_(task_loop), ended_(std::move(ended)), threads_(most_blocking) {}

void BodyRunner::start(const std::shared_ptr<RunningTask>& task, const std::shared_ptr<TaskFactory>& factory) {
  try {
    std::shared_ptr<Task> body = factory->make(*task->record());
    if (body->blocks())
      start_blocking(task, std::move(body));
    else
      start_coroutine(task, std::move(body));
  } catch (...) {
    ended_(task->record()->id, end_of_exception(*task, std::current_exception()));
  }
}

void BodyRunner::start_coroutine(const std::shared_ptr<RunningTask>& task, std::shared_ptr<Task> body) {
  auto on_end = [this, task](std::exception_ptr exception, Json response) {
    ended_(task->record()->id, exception ? end_of_exception(*task, exception) : end_of_return(*task, std::move(response)));
  };
  boost::asio::co_spawn(task_loop_.context(), recover_and_run(task, std::move(body)),
                        boost::asio::bind_cancellation_slot(task->cancellation(), std::move(on_end)));
}

void BodyRunner::start_blocking(const std::shared_ptr<RunningTask>& task, std::shared_ptr<Task> body) {
  threads_.post([this, task, body] {
    BodyEnd end;
    try {
      end = end_of_return(*task, body->run_blocking(task->context()));
    } catch (...) {
      end = end_of_exception(*task, std::current_exception());
    }
    ended_(task->record()->id, std::move(end));
  });
}

}  // namespace taskrunner::core
