#include "app/task_follower.hpp"

#include "app/task_text.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace taskrunner::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto own_retry = std::chrono::seconds(1);
constexpr auto first_pause = std::chrono::milliseconds(200);
constexpr auto longest_pause = std::chrono::milliseconds(2'000);

std::string word(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member && member->is_string() ? member->as_string() : std::string();
}

struct TaskUrl {
  std::string origin;
  std::string namespace_name;
};

/// "http://host:1/tasks/5f…" is an origin and a namespace; nothing for what has no path.
std::optional<TaskUrl> split_url(const std::string& url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t path = scheme_end == std::string::npos ? scheme_end : url.find('/', scheme_end + 3);
  if (path == std::string::npos) return std::nullopt;
  return TaskUrl{url.substr(0, path), url.substr(path)};
}

}  // namespace

TaskFollower::TaskFollower(HostAddress host, std::string socket_namespace, std::string id, TaskHearing hearing)
    : address_(std::move(host)),
      namespace_(std::move(socket_namespace)),
      id_(std::move(id)),
      hearing_(std::move(hearing)) {}

Json TaskFollower::run() {
  auto pause = first_pause;
  while (true) {
    try {
      return follow_once();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unavailable || !was_connected_) throw;
      if (host_) {  // said once for each connection that was lost
        hearing_.on_note(fmt::format("{}; waiting for it to come back", error.what()));
        pause = first_pause;
      }
    }
    own_.reset();
    host_.reset();
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, longest_pause);
  }
}

Json TaskFollower::follow_once() {
  host_ = std::make_unique<SocketIoClient>(polls_, address_, namespace_);
  if (was_connected_) hearing_.on_note(address_.url + " is back");
  was_connected_ = true;
  LiveList list(host_->call("subscribeQuery", Json{{"queryObj", Json{{"_id", id_}}}, {"limit", 1}}));
  note_task(list);
  while (!has_ended(task_)) {
    meet_own_namespace();
    polls_.wait(1'000);
    take_own_events();
    while (const auto event = host_->take()) take_host_event(*event, list);
    if (!host_->is_open()) throw Error(ErrorCode::unavailable, "lost " + address_.url + ": " + host_->close_reason());
  }
  return task_;
}

void TaskFollower::take_host_event(const SocketEvent& event, LiveList& list) {
  if (event.arguments.empty()) return;
  if (event.name == "change") list.apply_change(event.arguments[0]);
  if (event.name == "list") list.apply_list(event.arguments[0]);
  if (event.name == "change" || event.name == "list") note_task(list);
}

void TaskFollower::note_task(const LiveList& list) {
  if (list.tasks().empty()) throw Error(ErrorCode::not_found, "there is no task " + id_ + " (any more)");
  if (list.tasks()[0] == task_) return;
  task_ = list.tasks()[0];
  hearing_.on_task(task_);
}

void TaskFollower::meet_own_namespace() {
  if (own_ && own_->is_open()) return;
  const auto url = split_url(word(task_, "publicUrl"));
  if (!url || Clock::now() < own_not_before_) return;
  own_not_before_ = Clock::now() + own_retry;
  try {
    const HostAddress there(url->origin, {}, address_.ca_file);
    own_ = std::make_unique<SocketIoClient>(polls_, there, url->namespace_name, ticket());
  } catch (const Error&) {  // it has just ended, or its host is away: the live query says which
    own_.reset();
  }
  take_own_events();
}

/// What lets this client in where the task runs; its token is for its own host alone.
Json TaskFollower::ticket() {
  const Json answer = host_->call("ticket", Json{{"id", id_}});
  const Json* ticket = answer.find("ticket");
  return ticket ? Json{{"ticket", *ticket}} : Json();
}

void TaskFollower::take_own_events() {
  if (!own_) return;
  while (const auto event = own_->take()) {
    if (event->arguments.empty()) continue;
    const Json& first = event->arguments[0];
    if (event->name == "progress") hearing_.on_progress(first.find("data") ? first.at("data") : first);
    if (event->name == "log") hearing_.on_log(first);
  }
  if (!own_->is_open()) own_.reset();
}

}  // namespace taskrunner::app
