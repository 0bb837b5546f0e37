#include "api/socket_requests.hpp"

#include <taskrunner/error.hpp>

#include "api/many_tasks.hpp"
#include "api/request_json.hpp"
#include "base/log.hpp"
#include "core/task_document.hpp"
#include "doc/json_parse.hpp"

#include <boost/asio/co_spawn.hpp>

namespace taskrunner::api {
namespace {

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.what();
  } catch (const std::exception& error) {
    log_error("a request failed: {}", error.what());
    return "internal error";
  }
}

}  // namespace

std::string quoted(std::string_view text) { return Json(text).dump(); }

Json first_argument(const boost::json::array& args) { return args.empty() ? Json() : from_boost_json(args[0]); }

void answer(boost::asio::io_context& io, net::Ack ack, awaitable<std::string> request) {
  auto done = [ack = std::move(ack)](std::exception_ptr failure, std::string args) {
    if (failure) args = quoted(text_of(failure));
    if (ack) ack(args);
  };
  boost::asio::co_spawn(io, std::move(request), std::move(done));
}

awaitable<std::string> answer_add(LinkPtr link, Json payload) {
  std::vector<NewTask> tasks;
  tasks.push_back(new_task_from(payload, link->now_ms()));
  const std::vector<AddResult> results = co_await link->service().add(std::move(tasks));
  const TaskRecord& task = task_or_throw(results.at(0));
  ++link->adds;
  co_return core::wire_json(task);
}

awaitable<std::string> answer_add_many(LinkPtr link, Json payload) {
  const std::vector<AddResult> results = co_await add_many(link, std::move(payload));
  std::string text = "[";
  for (const AddResult& result : results) {
    if (text.size() > 1) text += ',';
    text += result.task && !result.error ? core::wire_json(*result.task) : quoted(result.reason);
  }
  text += ']';
  co_return text;
}

awaitable<std::string> answer_get(LinkPtr link, Json payload) {
  const ObjectId id = id_from(payload);
  const TaskPtr task = co_await link->service().get(id);
  co_return core::wire_json(task_or_throw(id, task));
}

awaitable<std::string> answer_remove(LinkPtr link, Json payload) {
  const ObjectId id = id_from(payload);
  const TransitionResult result = co_await link->service().remove(id);
  task_or_throw(id, result);
  co_return std::string();
}

awaitable<std::string> answer_signal(LinkPtr link, ObjectId id, SignalOp op, std::string by) {
  const TransitionResult result = co_await link->service().signal(id, op, std::move(by));
  const TaskPtr task = task_or_throw(id, result);
  co_return core::wire_json(task_or_throw(id, task));
}

awaitable<std::string> answer_retry(LinkPtr link, ObjectId id) {
  const TransitionResult result = co_await link->service().retry(id);
  const TaskPtr task = task_or_throw(id, result);
  co_return core::wire_json(task_or_throw(id, task));
}

awaitable<std::string> answer_signal_of(LinkPtr link, Json payload, SignalOp op, std::string by) {
  const ObjectId id = id_from(payload);
  co_return co_await answer_signal(link, id, op, std::move(by));
}

awaitable<std::string> answer_retry_of(LinkPtr link, Json payload) {
  const ObjectId id = id_from(payload);
  co_return co_await answer_retry(link, id);
}

awaitable<std::string> answer_unknown(std::string event) {
  if (event == "explain" || event == "ticket")
    throw Error(ErrorCode::not_supported, "'" + event + "' is not there yet: a later version brings it");
  throw Error(ErrorCode::invalid_argument, "there is no event '" + event.substr(0, 100) + "' here");
  co_return std::string();
}

}  // namespace taskrunner::api
