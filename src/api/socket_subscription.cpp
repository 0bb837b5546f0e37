#include "api/socket_subscription.hpp"

#include "api/request_json.hpp"
#include "api/socket_requests.hpp"
#include "core/task_document.hpp"

#include <fmt/format.h>

namespace taskrunner::api {
namespace {

std::string_view word_of(live::ListChange::Kind kind) {
  switch (kind) {
    case live::ListChange::Kind::insert: return "insert";
    case live::ListChange::Kind::update: return "update";
    case live::ListChange::Kind::remove: return "delete";
  }
  return "";
}

std::string change_text(const live::ListChange& change, std::string_view subscription, std::uint64_t seq) {
  std::string text = fmt::format(R"({{"operationType":"{}","position":{},"subscriptionId":"{}","seq":{},"id":"{}")",
                                 word_of(change.kind), change.position, subscription, seq, change.task->id.hex());
  if (change.kind != live::ListChange::Kind::remove) text += R"(,"doc":)" + core::wire_json(*change.task);
  text += '}';
  return text;
}

}  // namespace

std::string failed_subscription(std::string_view reason) { return R"({"list":[],"error":)" + quoted(reason) + "}"; }

SocketSubscription::SocketSubscription(std::weak_ptr<net::Socket> socket, std::string id, net::Ack ack)
    : socket_(std::move(socket)), id_(std::move(id)), ack_(std::move(ack)) {}

void SocketSubscription::on_list(const live::TaskList& list, bool is_reset) {
  const auto socket = socket_.lock();
  if (!socket) return;
  if (!std::exchange(is_answered_, true)) {
    if (ack_) ack_(fmt::format(R"({{"subscriptionId":"{}","list":{},"seq":0}})", id_, wire_list(list)));
    return;
  }
  if (is_behind_ || socket->congested())
    is_behind_ = true;
  else
    emit_list(*socket, list, is_reset);
}

void SocketSubscription::emit_list(net::Socket& socket, const live::TaskList& list, bool is_reset) {
  socket.emit("list", fmt::format(R"({},{{"subscriptionId":"{}","seq":{}{}}})", wire_list(list), id_, ++seq_,
                                  is_reset ? R"(,"reset":true)" : ""));
}

void SocketSubscription::on_changes(const std::vector<live::ListChange>& changes) {
  const auto socket = socket_.lock();
  if (!socket || !is_answered_) return;
  for (const live::ListChange& change : changes) {
    is_behind_ = is_behind_ || socket->congested();
    if (is_behind_) return;  // also in the middle: the list that comes makes up for the rest
    socket->emit("change", change_text(change, id_, ++seq_));
  }
}

void SocketSubscription::on_drain() {
  const auto socket = socket_.lock();
  if (socket && query && std::exchange(is_behind_, false)) emit_list(*socket, query->list(), true);
}

void SocketSubscription::on_failed(const Error& error) {
  has_failed_ = true;
  if (!std::exchange(is_answered_, true) && ack_) ack_(failed_subscription(error.what()));
}

}  // namespace taskrunner::api
