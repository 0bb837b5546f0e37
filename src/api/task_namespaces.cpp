#include "api/task_namespaces.hpp"

#include <taskrunner/error.hpp>

#include "api/audit.hpp"
#include "api/socket_requests.hpp"
#include "base/log.hpp"
#include "base/time_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <array>

namespace taskrunner::api {
namespace {

constexpr std::string_view prefix = "/tasks/";

std::optional<ObjectId> id_of(std::string_view name) {
  return name.starts_with(prefix) ? ObjectId::from_hex(name.substr(prefix.size())) : std::nullopt;
}

net::ConnectDecision accept(IdentityPtr who) {
  net::ConnectDecision decision;
  decision.user_data = std::move(who);
  return decision;
}

awaitable<net::ConnectDecision> let_in(std::shared_ptr<Runners> runners, std::shared_ptr<Authenticator> authenticator,
                                       IdentityPtr who, ObjectId id) {
  if (who->access->sees_all_rows() && runners->running(id)) co_return accept(who);
  const std::vector<std::shared_ptr<RunnerLink>> links = runners->links;
  for (const auto& link : links) {
    const TaskPtr task = co_await link->stored().get(id);
    if (!task || !who->access->permits(*task)) continue;
    if (runners->running(id)) co_return accept(who);
    if (!link->place().relay_url.empty()) co_return co_await open_relay(link, authenticator, who, task);
    co_return net::ConnectDecision::refuse("The task does not run here", standing_of(*task, *who->access));
  }
  co_return net::ConnectDecision::refuse("There is no task " + id.hex(), "{}");
}

awaitable<net::ConnectDecision> refuse(Admission admission) { co_return refusal_of(std::move(admission)); }

bool is_same(const core::LogLine& a, const core::LogLine& b) {
  return a.time_ms == b.time_ms && a.level == b.level && a.text == b.text;
}

std::string progress_text(const ObjectId& id, const Json& data) {
  return R"({"taskId":")" + id.hex() + R"(","data":)" + data.dump() + "}";
}

void on_request(const std::shared_ptr<RunnerLink>& link, const IdentityPtr& who, const ObjectId& id,
                const std::string& address, net::Event event) {
  auto& io = link->io();
  const auto op = signal_op_from(event.name);
  if (!op && event.name != "retry") return answer(io, event.ack, answer_unknown(event.name));
  awaitable<std::string> change = op ? answer_signal(link, who, id, *op, address) : answer_retry(link, who, id);
  answer(io, event.ack, audited(std::move(change), {who, address, event.name, id.hex()}));
}

}  // namespace

std::vector<core::LogLine> shown_logs(const RunnerLink& link, const Access& access, const ObjectId& id) {
  if (!access.shows("logs")) return {};
  return link.service().logs(id);
}

std::string log_line_text(const core::LogLine& line) {
  static constexpr std::array levels = {"debug", "info", "warning", "error"};
  return R"({"time":")" + iso_time(line.time_ms) + R"(","level":")" + levels.at(static_cast<std::size_t>(line.level)) +
         R"(","text":)" + quoted(line.text) + "}";
}

void TaskNamespaces::open(net::SocketIoServer& server) {
  net::NamespaceHandlers handlers;
  handlers.on_connect_request = [runners = runners_,
                                 authenticator = authenticator_](std::shared_ptr<const net::Handshake> handshake) {
    Admission admission = authenticator->of_socket(*handshake);
    if (!admission.identity) return refuse(std::move(admission));
    return let_in(runners, authenticator, std::move(admission.identity), id_of(handshake->namespace_name).value_or(ObjectId()));
  };
  handlers.on_connection = [weak = weak_from_this()](std::shared_ptr<net::Socket> socket) {
    if (const auto self = weak.lock()) self->join(socket);
  };
  server.of_matching([](std::string_view name) { return id_of(name).has_value(); }, handlers);
}

void TaskNamespaces::join(const SocketPtr& socket) {
  if (const IdentityPtr who = relays_.start(socket)) {
    if (who->proof) authenticator_->attend(socket, *who);
    return;
  }
  const ObjectId id = id_of(socket->namespace_name()).value_or(ObjectId());
  const auto link = runners_->running(id);
  if (!link) return socket->disconnect();  // it ended since
  RoomPtr& room = rooms_[id];
  if (!room) room = std::make_shared<Room>();
  room->link = link;
  const auto who = std::any_cast<IdentityPtr>(socket->user_data);
  room->guests.push_back({socket, who, shown_logs(*link, *who->access, id)});
  room->rev = -1;  // the newcomer has not seen it
  socket->on_any([link, who, id, address = socket->handshake().remote_address](net::Event event) {
    on_request(link, who, id, address, std::move(event));
  });
  socket->on_disconnect([weak = weak_from_this(), id, key = socket.get()](std::string_view) {
    if (const auto self = weak.lock()) self->leave(id, *key);
  });
  for (const core::LogLine& line : room->guests.back().told) socket->emit("log", log_line_text(line));
  const Json progress = link->service().progress(id);
  if (!progress.is_null() && who->access->shows("progress")) socket->emit("progress", progress_text(id, progress));
  read(id, room);
  if (who->proof) authenticator_->attend(socket, *who);
}

void TaskNamespaces::leave(const ObjectId& id, const net::Socket& socket) {
  const RoomPtr room = find(id);
  if (!room) return;
  std::erase_if(room->guests, [&](const Guest& guest) { return guest.socket.get() == &socket; });
  if (room->guests.empty()) rooms_.erase(id);
}

TaskNamespaces::RoomPtr TaskNamespaces::find(const ObjectId& id) const {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : found->second;
}

void TaskNamespaces::close(const RunnerLink& link) {
  std::vector<SocketPtr> leaving;
  for (const auto& [id, room] : rooms_)
    if (room->link.get() == &link)
      for (const Guest& guest : room->guests) leaving.push_back(guest.socket);
  for (const SocketPtr& socket : leaving) socket->disconnect();
  relays_.close(link);
}

void TaskNamespaces::on_progress(const ObjectId& id, const Json& data) {
  const RoomPtr room = find(id);
  if (!room) return;
  const std::string text = progress_text(id, data);
  for (const Guest& guest : room->guests)
    if (guest.who->access->shows("progress")) guest.socket->emit_latest("progress", "progress", text);
}

void TaskNamespaces::on_log(const ObjectId& id, const core::LogLine& line) {
  const RoomPtr room = find(id);
  if (!room) return;
  const std::string text = log_line_text(line);
  for (Guest& guest : room->guests) {
    if (!guest.who->access->shows("logs")) continue;
    const auto told = std::find_if(guest.told.begin(), guest.told.end(),
                                   [&](const core::LogLine& other) { return is_same(line, other); });
    if (told == guest.told.end())
      guest.socket->emit("log", text);
    else
      guest.told.erase(told);
  }
}

/// Who may not see it as it is now leaves, as from a task that is gone.
void TaskNamespaces::tell_task(const Room& room, const TaskRecord& task) {
  std::vector<SocketPtr> leaving;
  for (const Guest& guest : room.guests) {
    const Access& access = *guest.who->access;
    if (access.permits(task))
      guest.socket->emit("task", access.wire_json(task));
    else
      leaving.push_back(guest.socket);
  }
  for (const SocketPtr& socket : leaving) socket->disconnect();
}

void TaskNamespaces::on_feed(const std::shared_ptr<RunnerLink>& link, const FeedBatch& batch) {
  relays_.on_feed(*link, batch);
  if (rooms_.empty()) return;
  const auto rooms = rooms_;
  for (const auto& [id, room] : rooms)
    if (room->link == link && batch.lost) read(id, room);
  for (const FeedEvent& event : batch.events)
    if (const RoomPtr room = find(event.id); room && room->link == link && event.kind == FeedEvent::Kind::update)
      read(event.id, room);
}

void TaskNamespaces::read(const ObjectId& id, const RoomPtr& room) {
  room->is_dirty = true;
  if (std::exchange(room->is_reading, true)) return;
  auto done = [room](std::exception_ptr) { room->is_reading = false; };
  boost::asio::co_spawn(room->link->io(), tell_document(shared_from_this(), id, room), std::move(done));
}

awaitable<void> TaskNamespaces::tell_document(std::shared_ptr<TaskNamespaces> self, ObjectId id, RoomPtr room) {
  while (std::exchange(room->is_dirty, false)) {
    const TaskPtr task = co_await room->link->service().get(id);
    if (!task || self->find(id) != room || task->rev <= room->rev) continue;
    room->rev = task->rev;
    tell_task(*room, *task);
  }
}

void TaskNamespaces::on_ended(const std::shared_ptr<RunnerLink>& link, const ObjectId& id) {
  const RoomPtr room = find(id);
  if (!room || room->link != link) return;
  rooms_.erase(id);
  boost::asio::co_spawn(link->io(), end(link, id, room), boost::asio::detached);
}

awaitable<void> TaskNamespaces::end(std::shared_ptr<RunnerLink> link, ObjectId id, RoomPtr room) {
  try {
    const TaskPtr task = co_await link->service().get(id);
    if (task) tell_task(*room, *task);
  } catch (const Error& error) {
    log_warning("the end of task {} could not be told: {}", id.hex(), error.what());
  }
  const std::vector<Guest> guests = room->guests;
  for (const Guest& guest : guests) guest.socket->disconnect();
}

}  // namespace taskrunner::api
