#include "api/socket_session.hpp"

#include <taskrunner/error.hpp>

#include "api/audit.hpp"
#include "api/request_json.hpp"
#include "api/socket_requests.hpp"
#include "api/socket_subscription.hpp"

#include <algorithm>

namespace taskrunner::api {
namespace {

std::string id_text(const Json& payload) {
  const Json* id = payload.find("id");
  return id && id->is_string() && ObjectId::from_hex(id->as_string()) ? id->as_string() : "";
}

Json shown(const Identity& who) {
  JsonObject you;
  you.append("name", who.name);
  you.append("role", to_text(who.role));
  return Json(std::move(you));
}

std::string info_text(const RunnerLink& link, const Identity& who) {
  const core::TaskService& service = link.service();
  JsonObject info;
  info.append("instance", service.instance());
  info.append("topics", permitted_topics(service.topics(), *who.access));
  if (!link.place().relay_url.empty()) info.append("relay", true);
  if (who.proof) info.append("you", shown(who));
  return Json(std::move(info)).dump();
}

}  // namespace

SocketSession::SocketSession(const std::shared_ptr<net::Socket>& socket, std::shared_ptr<RunnerLink> link,
                             std::shared_ptr<SubscriptionBook> book, std::shared_ptr<Authenticator> authenticator,
                             IdentityPtr who)
    : socket_(socket),
      link_(std::move(link)),
      book_(std::move(book)),
      authenticator_(std::move(authenticator)),
      who_(std::move(who)) {}

SocketSession::~SocketSession() { leave_all(); }

void SocketSession::start() {
  const auto socket = socket_.lock();
  if (!socket) return;
  const std::weak_ptr<SocketSession> weak = weak_from_this();
  socket->on_any([weak](net::Event event) {
    if (const auto self = weak.lock()) self->on_event(std::move(event));
  });
  socket->on_disconnect([weak](std::string_view) {
    if (const auto self = weak.lock()) self->leave_all();
  });
  socket->on_drain([weak] {
    const auto self = weak.lock();
    if (!self) return;
    for (const auto& [id, subscription] : self->subscriptions_) subscription->on_drain();
  });
  socket->emit("taskRunnerInfo", info_text(*link_, *who_));
}

void SocketSession::on_event(net::Event event) {
  Json payload;
  try {
    payload = first_argument(event.args);
  } catch (const Error& error) {
    if (event.ack) event.ack(event.name == "subscribeQuery" ? failed_subscription(error.what()) : quoted(error.what()));
    return;
  }
  on_request(std::move(event.name), std::move(payload), event.ack);
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
  if (event == "get") return answer(io, ack, answer_get(link_, who_, std::move(payload)));
  if (event == "explain") return answer(io, ack, answer_explain(link_, who_, std::move(payload)));
  if (event == "ticket") return answer(io, ack, answer_ticket(link_, authenticator_, who_, std::move(payload)));
  const std::string& address = socket->handshake().remote_address;
  ChangeRequest about{who_, address, event, id_text(payload)};
  std::optional<awaitable<std::string>> change = change_of(event, std::move(payload), address);
  if (!change) return answer(io, ack, answer_unknown(std::move(event)));
  answer(io, ack, audited(std::move(*change), std::move(about)));
}

std::optional<awaitable<std::string>> SocketSession::change_of(const std::string& event, Json payload, const std::string& by) {
  if (event == "add") return answer_add(link_, who_, std::move(payload));
  if (event == "addMany") return answer_add_many(link_, who_, std::move(payload));
  if (event == "remove") return answer_remove_of(link_, who_, std::move(payload));
  if (event == "retry") return answer_retry_of(link_, who_, std::move(payload));
  if (const auto op = signal_op_from(event)) return answer_signal_of(link_, who_, std::move(payload), *op, by);
  return std::nullopt;
}

void SocketSession::subscribe(const Json& payload, const net::Ack& ack) {
  drop_ended();
  try {
    if (subscriptions_.size() >= most_subscriptions)
      throw Error(ErrorCode::conflict, "this connection has 100 subscriptions: end one by unsubscribeQuery first");
    open_subscription(payload, ack);
  } catch (const Error& error) {
    if (ack) ack(failed_subscription(error.what()));
  }
}

void SocketSession::open_subscription(const Json& payload, const net::Ack& ack) {
  using Start = SocketSubscription::Start;
  const Query query = who_->access->narrowed(query_from(payload));
  const std::string form = token_form(query, *who_);
  const auto make = [&](std::string id, Start start) {
    return std::make_shared<SocketSubscription>(socket_, link_, book_, std::move(id), who_->access, ack, start);
  };
  const auto place = resume_from(payload);
  if (place) {
    const auto standing = book_->take(place->subscription_id, form);
    const auto subscription = make(place->subscription_id, Start::fresh);
    if (standing && subscription->resume(query, *standing, place->seq)) {
      subscriptions_[subscription->id()] = subscription;
      return;
    }
  }
  const auto subscription = make(book_->make_id(form), place ? Start::reset : Start::fresh);
  subscription->open(query);
  subscriptions_[subscription->id()] = subscription;
}

void SocketSession::drop_ended() {
  std::erase_if(subscriptions_, [](const auto& entry) { return entry.second->has_ended(); });
}

std::string SocketSession::unsubscribe(const Json& payload) {
  drop_ended();
  const Json* id = payload.find("subscriptionId");
  if (!id || !id->is_string()) return quoted("want an object {subscriptionId}");
  const auto found = subscriptions_.find(id->as_string());
  if (found == subscriptions_.end()) return quoted("'subscriptionId' is none of this connection's");
  found->second->close();
  subscriptions_.erase(found);
  return {};
}

void SocketSession::leave_all() {
  for (const auto& [id, subscription] : subscriptions_) subscription->close();
  subscriptions_.clear();
}

bool SocketSession::wants_progress(const TaskPtr& task, const std::vector<live::QueryNumber>& showing) const {
  const Access& access = *who_->access;
  if (!access.shows("progress")) return false;
  if (subscriptions_.empty()) return access.sees_all_rows() || (task && access.permits(*task));
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [&](const auto& entry) { return entry.second->is_of(showing); });
}

}  // namespace taskrunner::api
