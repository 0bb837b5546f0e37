#include "api/socket_subscription.hpp"

#include "api/socket_requests.hpp"

#include <fmt/format.h>

namespace taskrunner::api {

std::string failed_subscription(std::string_view reason) { return R"({"list":[],"error":)" + quoted(reason) + "}"; }

SocketSubscription::SocketSubscription(std::weak_ptr<net::Socket> socket, std::shared_ptr<RunnerLink> link,
                                       std::shared_ptr<SubscriptionBook> book, std::string id, AccessPtr access,
                                       net::Ack ack, Start start)
    : Subscription(std::move(link), std::move(book), std::move(id)),
      socket_(std::move(socket)),
      access_(std::move(access)),
      ack_(std::move(ack)),
      start_(start) {}

bool SocketSubscription::is_congested() const {
  const auto socket = socket_.lock();
  return socket && socket->congested();
}

void SocketSubscription::send_first(const live::WholeList& list) {
  if (!ack_) return;
  ack_(fmt::format(R"({{"subscriptionId":"{}",{}"list":{},"seq":0}})", id(),
                   start_ == Start::reset ? R"("reset":true,)" : "", list_text(list.tasks, *access_)));
}

void SocketSubscription::send_missed(const std::vector<live::ListChange>& steps, std::uint64_t first_seq) {
  if (!ack_) return;
  std::string changes;
  for (const live::ListChange& step : steps) {
    if (!changes.empty()) changes += ',';
    changes += change_head(id(), first_seq++) + change_tail(step, *access_);
  }
  ack_(fmt::format(R"({{"subscriptionId":"{}","resumed":true,"changes":[{}]}})", id(), changes));
}

void SocketSubscription::send_list(const live::WholeList& list, std::uint64_t seq) {
  const auto socket = socket_.lock();
  if (!socket) return;
  socket->emit("list", fmt::format(R"({},{{"subscriptionId":"{}","seq":{}{}}})", list_text(list.tasks, *access_), id(),
                                   seq, list.is_reset ? R"(,"reset":true)" : ""));
}

void SocketSubscription::send_change(const live::ChangeBatch& changes, std::size_t index, std::uint64_t seq) {
  if (const auto socket = socket_.lock())
    socket->emit("change", change_head(id(), seq), book().tails().of(changes, access_)[index]);
}

void SocketSubscription::send_failure(const Error& error) {
  if (ack_) ack_(failed_subscription(error.what()));
}

}  // namespace taskrunner::api
