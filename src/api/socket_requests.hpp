#pragma once

#include "api/authenticator.hpp"
#include "api/runner_link.hpp"
#include "net/socketio_socket.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace taskrunner::api {

using LinkPtr = std::shared_ptr<RunnerLink>;

/// The task, for who may see it; else Error{not_found}.
awaitable<TaskPtr> permitted_task(LinkPtr link, IdentityPtr who, ObjectId id);

/// Runs a request and acknowledges with what it gives (text of arguments), or with the text of what it throws.
void answer(boost::asio::io_context& io, net::Ack ack, awaitable<std::string> request);

/// A text as one JSON argument.
std::string quoted(std::string_view text);
/// The first argument of an event; null where there is none. Throws Error{invalid_argument} where it nests too deep.
Json first_argument(const boost::json::array& args);

// The requests of docs/protocol.md that are answered once, as text of arguments. What they throw says why not; a task
// that the client may not see is not there for it. `address` is the client's, for who has no name.

awaitable<std::string> answer_add(LinkPtr link, IdentityPtr who, Json payload);
/// Each element for itself: a task, or the text that says why not.
awaitable<std::string> answer_add_many(LinkPtr link, IdentityPtr who, Json payload);
awaitable<std::string> answer_get(LinkPtr link, IdentityPtr who, Json payload);
awaitable<std::string> answer_remove(LinkPtr link, IdentityPtr who, ObjectId id);
awaitable<std::string> answer_signal(LinkPtr link, IdentityPtr who, ObjectId id, SignalOp op, std::string address);
awaitable<std::string> answer_retry(LinkPtr link, IdentityPtr who, ObjectId id);
/// The same for `{id}`.
awaitable<std::string> answer_remove_of(LinkPtr link, IdentityPtr who, Json payload);
awaitable<std::string> answer_signal_of(LinkPtr link, IdentityPtr who, Json payload, SignalOp op, std::string address);
awaitable<std::string> answer_retry_of(LinkPtr link, IdentityPtr who, Json payload);
awaitable<std::string> answer_explain(LinkPtr link, IdentityPtr who, Json payload);
/// `{url, ticket, expiresInMs}`: what lets the client into the task's own namespace, wherever it runs.
awaitable<std::string> answer_ticket(LinkPtr link, std::shared_ptr<Authenticator> authenticator, IdentityPtr who, Json payload);
/// Throws.
awaitable<std::string> answer_unknown(std::string event);

}  // namespace taskrunner::api
