#include "api/task_relay.hpp"

#include <taskrunner/error.hpp>

#include "api/relay_target.hpp"
#include "api/socket_requests.hpp"
#include "base/log.hpp"
#include "doc/json_parse.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taskrunner::api {
namespace {

constexpr std::size_t most_asked = 100;
constexpr std::size_t most_queued_bytes = 1024 * 1024;

/// Makes a task, as its host tells of it, what this client is told.
void make_told(boost::json::value& task, const std::string& url, const Access& access) {
  boost::json::object* object = task.if_object();
  if (!object) return;
  if (object->contains("publicUrl")) (*object)["publicUrl"] = url;
  for (std::string_view field : access.hidden_fields()) object->erase(field);
}

bool is_action(std::string_view event) { return event == "retry" || signal_op_from(event); }

std::string text_of(const boost::json::array& values, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < values.size(); ++i) {
    if (!text.empty()) text += ',';
    text += from_boost_json(values[i]).dump();
  }
  return text;
}

std::int64_t rev_of(const boost::json::array& arguments) {
  if (arguments.size() < 2 || !arguments[1].is_object()) return 0;
  const boost::json::value* rev = arguments[1].get_object().if_contains("rev");
  return rev && rev->is_int64() ? rev->get_int64() : 0;
}

std::string name_of(const net::SocketPacket& event) {
  const boost::json::value& name = event.payload->get_array().at(0);
  return name.is_string() ? std::string(name.get_string()) : std::string();
}

net::ConnectDecision refusal_by_host(boost::json::value refusal, const std::string& url, const Access& access) {
  boost::json::object* said = refusal.if_object();
  if (!said) return net::ConnectDecision::refuse("The host refuses the task's namespace");
  const boost::json::value* message = said->if_contains("message");
  boost::json::value* data = said->if_contains("data");
  if (data) make_told(*data, url, access);
  std::string text = message && message->is_string() ? std::string(message->get_string()) : "The host refuses the task's namespace";
  return net::ConnectDecision::refuse(std::move(text), data ? from_boost_json(*data).dump() : "");
}

/// What this host shows the other one for its client. It sends the client away itself when the client's time is over.
std::string ticket_payload(Authenticator& authenticator, const Identity& who, const std::string& origin, const ObjectId& id) {
  if (!who.proof) return {};
  auth::Principal holder = who.proof->principal;
  holder.expires_at_ms.reset();
  return Json{{"ticket", authenticator.ticket(holder, origin + "/tasks/" + id.hex(), id)}}.dump();
}

std::string relayed_url(const RunnerLink& link, const ObjectId& id) { return link.place().relay_url + "/tasks/" + id.hex(); }

}  // namespace

std::string standing_of(const TaskRecord& task, const Access& access) {
  JsonObject data;
  if (access.shows("state")) data.append("state", to_text(task.state));
  if (task.public_url && access.shows("publicUrl")) data.append("publicUrl", *task.public_url);
  return Json(std::move(data)).dump();
}

TaskRelay::TaskRelay(std::shared_ptr<RunnerLink> link, IdentityPtr who, const TaskRecord& task,
                     std::shared_ptr<net::NamespaceClient> host)
    : link_(std::move(link)),
      who_(std::move(who)),
      id_(task.id),
      session_(task.lease ? task.lease->session.value_or(ObjectId()) : ObjectId()),
      host_(std::move(host)),
      drained_(link_->io()) {}

TaskRelay::~TaskRelay() {
  if (host_) host_->close();
}

void TaskRelay::start(const std::shared_ptr<net::Socket>& socket) {
  socket_ = socket;
  const std::weak_ptr<TaskRelay> weak = weak_from_this();
  socket->on_any([weak](net::Event event) {
    if (const auto self = weak.lock()) self->hear(event);
  });
  socket->on_drain([weak] {
    if (const auto self = weak.lock()) self->drained_.cancel();
  });
  socket->on_disconnect([weak](std::string_view) {
    if (const auto self = weak.lock()) self->close();
  });
  boost::asio::co_spawn(link_->io(), pass_down(shared_from_this()), boost::asio::detached);
}

void TaskRelay::close() {
  has_ended_ = true;
  drained_.cancel();
  asked_.clear();
  if (const auto host = std::exchange(host_, nullptr)) host->close();
  if (const auto socket = std::exchange(socket_, nullptr)) {
    socket->user_data.reset();
    socket->disconnect();
  }
}

// Down.

awaitable<void> TaskRelay::pass_down(std::shared_ptr<TaskRelay> self) {
  const std::shared_ptr<net::NamespaceClient> host = self->host_;
  try {
    while (host && self->host_) {
      if (self->socket_->congested()) {
        boost::system::error_code woken;
        self->drained_.expires_at(boost::asio::steady_timer::time_point::max());
        auto token = boost::asio::redirect_error(boost::asio::use_awaitable, woken);
        co_await self->drained_.async_wait(std::move(token));
        continue;
      }
      const std::optional<net::SocketPacket> packet = co_await host->read();
      if (!self->host_) co_return;
      const bool goes_on = packet && co_await self->may_tell(*packet);
      if (!self->host_) co_return;
      if (!goes_on) {
        self->close();
        co_return;
      }
      self->tell(*packet);
    }
  } catch (const Error& error) {
    self->lose_host(error.what());
  }
}

/// A change may have put the task out of the client's sight.
awaitable<bool> TaskRelay::may_tell(const net::SocketPacket& packet) {
  if (who_->access->sees_all_rows() || packet.type == net::SocketPacketType::ack || name_of(packet) != "task") co_return true;
  const TaskPtr task = co_await link_->service().get(id_);
  co_return task && who_->access->permits(*task);
}

void TaskRelay::tell(const net::SocketPacket& packet) {
  const Access& access = *who_->access;
  boost::json::array values = packet.payload->get_array();
  const std::string url = relayed_url(*link_, id_);
  if (packet.type == net::SocketPacketType::ack) {
    const auto asked = asked_.extract(*packet.id);
    if (asked.empty()) return;
    if (!values.empty()) make_told(values[0], url, access);
    return asked.mapped()(text_of(values, 0));
  }
  const std::string name = name_of(packet);
  if (name.empty() || !access.shows(name == "log" ? "logs" : name)) return;
  if (name == "progress") return socket_->emit_latest(name, name, text_of(values, 1));
  if (name == "task" && values.size() > 1) {
    make_told(values[1], url, access);
    rev_ = rev_of(values);
  }
  socket_->emit(name, text_of(values, 1));
}

// Up.

std::string TaskRelay::refusal_of(const net::Event& event) const {
  if (is_action(event.name) && !who_->may(Right::act)) return who_->refusal(Right::act, event.name);
  if (!host_) return "the host that ran the task is lost: ask again when it runs elsewhere";
  if (!event.attachments.empty()) return "attachments are not relayed";
  if (asked_.size() >= most_asked || host_->queued_bytes() > most_queued_bytes) return "too much waits for the host already";
  return "";
}

void TaskRelay::hear(const net::Event& event) {
  if (who_->access->sees_all_rows()) return pass_up(event);
  boost::asio::co_spawn(link_->io(), pass_up_if_seen(shared_from_this(), event), boost::asio::detached);
}

awaitable<void> TaskRelay::pass_up_if_seen(std::shared_ptr<TaskRelay> self, net::Event event) {
  try {
    co_await permitted_task(self->link_, self->who_, self->id_);
    self->pass_up(event);
  } catch (const Error& error) {
    if (event.ack) event.ack(quoted(error.what()));
  }
}

void TaskRelay::pass_up(const net::Event& event) {
  const std::string refusal = refusal_of(event);
  if (!refusal.empty()) {
    if (event.ack) event.ack(quoted(refusal));
    return;
  }
  std::string payload = "[" + quoted(event.name);
  if (!event.args.empty()) payload += "," + text_of(event.args, 0);
  payload += ']';
  if (!event.ack) return host_->send_event(payload, std::nullopt);
  asked_[++last_ack_] = event.ack;
  host_->send_event(payload, last_ack_);
}

// The host's end.

void TaskRelay::lose_host(std::string_view reason) {
  const auto host = std::exchange(host_, nullptr);
  if (!host) return;
  host->close();
  log_debug("task {}: the relay to its host broke: {}", id_.hex(), reason);
  for (const auto& [number, ack] : std::exchange(asked_, {})) ack(quoted("the connection to the task's host broke before it answered"));
  look_again();
}

void TaskRelay::on_change(const FeedEvent* event) {
  // A new run is another host's, or another namespace at the same one; who does not say so itself is cut off.
  if (host_ && event && event->session && *event->session != session_) return lose_host("the task runs elsewhere");
  if (!host_) look_again();
}

void TaskRelay::look_again() {
  is_dirty_ = true;
  if (has_ended_ || std::exchange(is_looking_, true)) return;
  boost::asio::co_spawn(link_->io(), tell_next_state(shared_from_this()), boost::asio::detached);
}

awaitable<void> TaskRelay::tell_next_state(std::shared_ptr<TaskRelay> self) {
  TaskPtr task;
  try {
    while (std::exchange(self->is_dirty_, false)) {
      task = co_await self->link_->service().get(self->id_);
      if (task && task->rev <= self->rev_) continue;  // what the client knows: the feed tells when it changes
      const Access& access = *self->who_->access;
      if (task && self->socket_ && access.permits(*task)) self->socket_->emit("task", access.wire_json(*task));
      self->close();
    }
  } catch (const Error& error) {
    log_debug("task {} could not be read: {}", self->id_.hex(), error.what());
    self->close();
  }
  self->is_looking_ = false;
}

awaitable<net::ConnectDecision> open_relay(std::shared_ptr<RunnerLink> link, std::shared_ptr<Authenticator> authenticator,
                                           IdentityPtr who, TaskPtr task) {
  const std::vector<SessionInfo> sessions = co_await link->service().hosts();
  const RelayTarget target = relay_target(*task, sessions, link->place().relay_url);
  const std::string standing = standing_of(*link->as_told(task), *who->access);
  if (target.origin.empty()) co_return net::ConnectDecision::refuse(target.refusal, standing);
  std::string unreachable;
  try {
    std::string auth = ticket_payload(*authenticator, *who, target.origin, task->id);
    net::JoinAnswer answer = co_await net::join_namespace(target.origin, "/tasks/" + task->id.hex(), std::move(auth));
    if (!answer.client) co_return refusal_by_host(std::move(answer.refusal), relayed_url(*link, task->id), *who->access);
    net::ConnectDecision decision;
    decision.user_data = std::make_shared<TaskRelay>(link, who, *task, std::move(answer.client));
    co_return decision;
  } catch (const Error& error) {
    unreachable = error.what();
  }
  co_return net::ConnectDecision::refuse("The task's host cannot be reached from this one: " + unreachable, standing);
}

}  // namespace taskrunner::api
