#include "api/socket_session.hpp"

#include <taskrunner/error.hpp>

#include "api/request_json.hpp"
#include "api/socket_requests.hpp"
#include "api/socket_subscription.hpp"

#include <algorithm>

namespace taskrunner::api {
namespace {

std::string info_text(const core::TaskService& service) {
  JsonArray topics;
  for (const std::string& topic : service.topics()) topics.emplace_back(topic);
  JsonObject info;
  info.append("instance", service.instance());
  info.append("topics", std::move(topics));
  return Json(std::move(info)).dump();
}

}  // namespace

SocketSession::SocketSession(const std::shared_ptr<net::Socket>& socket, std::shared_ptr<RunnerLink> link,
                             std::shared_ptr<SubscriptionTokens> tokens)
    : socket_(socket), link_(std::move(link)), tokens_(std::move(tokens)) {}

SocketSession::~SocketSession() { leave_all(); }

void SocketSession::start() {
  const auto socket = socket_.lock();
  if (!socket) return;
  const std::weak_ptr<SocketSession> weak = weak_from_this();
  socket->on_any([weak](net::Event event) {
    if (const auto self = weak.lock()) self->on_request(std::move(event.name), first_argument(event.args), event.ack);
  });
  socket->on_disconnect([weak](std::string_view) {
    if (const auto self = weak.lock()) self->leave_all();
  });
  socket->on_drain([weak] {
    const auto self = weak.lock();
    if (!self) return;
    for (const auto& [id, subscription] : self->subscriptions_) subscription->on_drain();
  });
  socket->emit("taskRunnerInfo", info_text(link_->service()));
}

void SocketSession::on_request(std::string event, Json payload, net::Ack ack) {
  const auto socket = socket_.lock();
  if (!socket) return;
  auto& io = link_->io();
  if (event == "subscribeQuery") return subscribe(payload, ack);
  if (event == "unsubscribeQuery") {
    const std::string answer_text = unsubscribe(payload);
    if (ack) ack(answer_text);
    return;
  }
  if (event == "add") return answer(io, ack, answer_add(link_, std::move(payload)));
  if (event == "addMany") return answer(io, ack, answer_add_many(link_, std::move(payload)));
  if (event == "get") return answer(io, ack, answer_get(link_, std::move(payload)));
  if (event == "remove") return answer(io, ack, answer_remove(link_, std::move(payload)));
  if (event == "retry") return answer(io, ack, answer_retry_of(link_, std::move(payload)));
  if (const auto op = signal_op_from(event))
    return answer(io, ack, answer_signal_of(link_, std::move(payload), *op, socket->handshake().remote_address));
  answer(io, ack, answer_unknown(std::move(event)));
}

void SocketSession::subscribe(const Json& payload, const net::Ack& ack) {
  std::erase_if(subscriptions_, [](const auto& entry) { return entry.second->has_failed(); });
  try {
    if (subscriptions_.size() >= most_subscriptions)
      throw Error(ErrorCode::conflict, "this connection has 100 subscriptions: end one by unsubscribeQuery first");
    if (payload.find("resume"))
      throw Error(ErrorCode::not_supported, "'resume' is not there yet, a later version brings it: subscribe anew");
    auto subscription = std::make_shared<SocketSubscription>(socket_, tokens_->make(), ack);
    subscriptions_[subscription->id()] = subscription;
    try {
      subscription->query = link_->hub().subscribe(query_from(payload), subscription);
    } catch (const Error&) {
      subscriptions_.erase(subscription->id());
      throw;
    }
  } catch (const Error& error) {
    if (ack) ack(failed_subscription(error.what()));
  }
}

std::string SocketSession::unsubscribe(const Json& payload) {
  const Json* id = payload.find("subscriptionId");
  if (!id || !id->is_string()) return quoted("want an object {subscriptionId}");
  if (!tokens_->is_ours(id->as_string())) return quoted("'subscriptionId' is none that this host gave");
  const auto found = subscriptions_.find(id->as_string());
  if (found == subscriptions_.end()) return quoted("this connection has no subscription of that id");
  if (found->second->query) link_->hub().leave(found->second->query, *found->second);
  subscriptions_.erase(found);
  return {};
}

void SocketSession::leave_all() {
  for (const auto& [id, subscription] : subscriptions_)
    if (subscription->query) link_->hub().leave(subscription->query, *subscription);
  subscriptions_.clear();
}

bool SocketSession::wants_progress(const ObjectId& id) const {
  return subscriptions_.empty() || std::any_of(subscriptions_.begin(), subscriptions_.end(), [&](const auto& entry) {
           return entry.second->query && entry.second->query->contains(id);
         });
}

}  // namespace taskrunner::api
