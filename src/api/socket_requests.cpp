#include "api/socket_requests.hpp"

#include <taskrunner/error.hpp>

#include "api/add_tasks.hpp"
#include "api/explain_api.hpp"
#include "api/request_json.hpp"
#include "auth/ticket.hpp"
#include "base/log.hpp"
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

Json first_argument(const boost::json::array& args) {
  if (args.empty()) return {};
  if (depth_of(args[0]) > deepest_json) throw Error(ErrorCode::invalid_argument, too_deep_text);
  return from_boost_json(args[0]);
}

void answer(boost::asio::io_context& io, net::Ack ack, awaitable<std::string> request) {
  auto done = [ack = std::move(ack)](std::exception_ptr failure, std::string args) {
    if (failure) args = quoted(text_of(failure));
    if (ack) ack(args);
  };
  boost::asio::co_spawn(io, std::move(request), std::move(done));
}

awaitable<std::string> answer_add(LinkPtr link, IdentityPtr who, Json payload) {
  const AddResult result = co_await add_task(link, who, std::move(payload));
  co_return who->access->wire_json(*result.task);
}

awaitable<std::string> answer_add_many(LinkPtr link, IdentityPtr who, Json payload) {
  const std::vector<AddResult> results = co_await add_tasks(link, who, std::move(payload));
  std::string text = "[";
  for (const AddResult& result : results) {
    if (text.size() > 1) text += ',';
    text += result.task && !result.error ? who->access->wire_json(*result.task) : quoted(result.reason);
  }
  text += ']';
  co_return text;
}

awaitable<TaskPtr> permitted_task(LinkPtr link, IdentityPtr who, ObjectId id) {
  const TaskPtr found = co_await link->service().get(id);
  const TaskPtr task = found && who->access->permits(*found) ? found : nullptr;
  task_or_throw(id, task);
  co_return task;
}

namespace {

/// A client acts on what it may see. Who sees all rows is not made to wait for a look.
awaitable<void> want_permission(LinkPtr link, IdentityPtr who, ObjectId id, std::string_view action) {
  who->want(Right::act, action);
  if (!who->access->sees_all_rows()) co_await permitted_task(link, who, id);
}

}  // namespace

awaitable<std::string> answer_get(LinkPtr link, IdentityPtr who, Json payload) {
  const TaskPtr task = co_await permitted_task(link, who, id_from(payload));
  co_return who->access->wire_json(*task);
}

awaitable<std::string> answer_remove(LinkPtr link, IdentityPtr who, ObjectId id) {
  co_await want_permission(link, who, id, "remove");
  const TransitionResult result = co_await link->service().remove(id);
  task_or_throw(id, result, *who->access);
  co_return std::string();
}

awaitable<std::string> answer_signal(LinkPtr link, IdentityPtr who, ObjectId id, SignalOp op, std::string address) {
  co_await want_permission(link, who, id, to_text(op));
  std::string by = who->name.empty() ? std::move(address) : who->name;
  const TransitionResult result = co_await link->service().signal(id, op, std::move(by));
  const TaskPtr task = task_or_throw(id, result, *who->access);
  co_return who->access->wire_json(task_or_throw(id, task));
}

awaitable<std::string> answer_retry(LinkPtr link, IdentityPtr who, ObjectId id) {
  co_await want_permission(link, who, id, "retry");
  const TransitionResult result = co_await link->service().retry(id);
  const TaskPtr task = task_or_throw(id, result, *who->access);
  co_return who->access->wire_json(task_or_throw(id, task));
}

awaitable<std::string> answer_remove_of(LinkPtr link, IdentityPtr who, Json payload) {
  const ObjectId id = id_from(payload);
  co_return co_await answer_remove(link, who, id);
}

awaitable<std::string> answer_signal_of(LinkPtr link, IdentityPtr who, Json payload, SignalOp op, std::string address) {
  const ObjectId id = id_from(payload);
  co_return co_await answer_signal(link, who, id, op, std::move(address));
}

awaitable<std::string> answer_retry_of(LinkPtr link, IdentityPtr who, Json payload) {
  const ObjectId id = id_from(payload);
  co_return co_await answer_retry(link, who, id);
}

awaitable<std::string> answer_explain(LinkPtr link, IdentityPtr who, Json payload) {
  const ObjectId id = id_from(payload);
  co_return co_await explain_task(link, who, id);
}

awaitable<std::string> answer_ticket(LinkPtr link, std::shared_ptr<Authenticator> authenticator, IdentityPtr who, Json payload) {
  const TaskPtr task = co_await permitted_task(link, who, id_from(payload));
  if (!task->public_url || !who->access->shows("publicUrl"))
    throw Error(ErrorCode::conflict, "the task has no namespace now: it does not run");
  std::string ticket;
  if (who->proof) ticket = authenticator->ticket(who->proof->principal, *task->public_url, task->id);
  co_return Json{{"url", *task->public_url}, {"ticket", ticket}, {"expiresInMs", auth::TicketTaker::life_ms}}.dump();
}

awaitable<std::string> answer_unknown(std::string event) {
  throw Error(ErrorCode::invalid_argument, "there is no event '" + event.substr(0, 100) + "' here");
  co_return std::string();
}

}  // namespace taskrunner::api
