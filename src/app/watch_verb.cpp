#include "app/exit_code.hpp"
#include "app/list_flags.hpp"
#include "app/live_list.hpp"
#include "app/socketio_client.hpp"
#include "app/task_text.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"

#include <taskrunner/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <thread>

namespace taskrunner::app {
namespace {

constexpr auto reconnect_pause = std::chrono::milliseconds(500);

struct WatchOptions {
  HostOptions host;
  ListOptions list;
};

/// Shows the list: redrawn on a terminal, a line a change elsewhere, JSON for programs.
class WatchView {
 public:
  explicit WatchView(bool json) : json_(json), is_terminal_(is_terminal(STDOUT_FILENO)) {}

  void show_list(const JsonArray& tasks) {
    if (json_)
      print(Json{{"list", Json(tasks)}}.dump() + "\n");
    else if (is_terminal_)
      redraw(tasks);
    else
      for (const Json& task : tasks) print_line("list", task);
  }
  void show_change(const Json& change, const JsonArray& tasks) {
    if (json_) return print(change.dump() + "\n");
    if (is_terminal_) return redraw(tasks);
    const Json* task = change.find("doc");
    print_line(change.at("operationType").as_string(), task ? *task : change);
  }

 private:
  void redraw(const JsonArray& tasks) { print("\x1b[H\x1b[2J" + task_table(tasks, terminal_width(STDOUT_FILENO))); }
  void print_line(const std::string& what, const Json& task) {
    const Json* id = task.find("id");
    const Json* topic = task.find("versionedTopic");
    print(fmt::format("{:<7} {}  {}  {}\n", what, id ? id->as_string() : "", state_text(task),
                      topic ? topic->as_string() : ""));
  }

  const bool json_;
  const bool is_terminal_;
};

Json subscription(const Query& query) {
  JsonObject out;
  if (!query.filter.is_null()) out.append("queryObj", query.filter);
  if (!query.sort.is_null()) out.append("sort", query.sort);
  out.append("skip", Json(query.skip));
  out.append("limit", Json(query.limit));
  return Json(std::move(out));
}

/// The list, or what is new in it since the connection broke.
void subscribe(SocketIoClient& host, const Json& query, WatchView& view, std::optional<LiveList>& list) {
  if (!list) {
    list.emplace(host.call("subscribeQuery", query));
    return view.show_list(list->tasks());
  }
  Json again = query;
  again["resume"] = list->resume_place();
  const Json answer = host.call("subscribeQuery", again);
  const JsonArray missed = list->resume(answer);
  if (!answer.find("changes")) view.show_list(list->tasks());
  for (const Json& change : missed) view.show_change(change, list->tasks());
}

/// Until the connection breaks. `list` is nothing until there was one.
void watch_once(const WatchOptions& options, const Json& query, WatchView& view, std::optional<LiveList>& list) {
  SocketPolls polls;
  SocketIoClient host(polls, address_of(options.host), options.host.socket_namespace);
  if (list) say(options.host.url + " is back");
  subscribe(host, query, view, list);
  while (true) {
    while (const auto event = host.take()) {
      if (event->arguments.empty()) continue;
      if (event->name == "list") {
        list->apply_list(event->arguments[0], event->arguments.size() > 1 ? event->arguments[1] : Json());
        view.show_list(list->tasks());
      } else if (event->name == "change") {
        list->apply_change(event->arguments[0]);
        view.show_change(event->arguments[0], list->tasks());
      }
    }
    if (!host.is_open()) throw Error(ErrorCode::unavailable, "lost " + options.host.url + ": " + host.close_reason());
    polls.wait(60'000);
  }
}

int watch(const WatchOptions& options) {
  const Json query = subscription(list_query(options.list));
  WatchView view(options.host.json);
  std::string said;
  std::optional<LiveList> list;
  for (;; std::this_thread::sleep_for(reconnect_pause)) {
    try {
      watch_once(options, query, view, list);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unavailable || !list) throw;
      if (std::exchange(said, error.what()) != error.what()) say(std::string(error.what()) + "; waiting for it");
    }
  }
}

}  // namespace

void add_watch_verb(CLI::App& program, Action& action) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* verb = program.add_subcommand("watch", "See a list of tasks live, until interrupted");
  verb->add_option("QUERY", options->list.query, "MongoDB's query language")->type_name("JSON");
  add_list_flags(*verb, options->list);
  add_host_options(*verb, options->host);
  add_namespace_option(*verb, options->host);
  verb->footer("With --json: {\"list\": […]} first, and whenever it comes anew; then a change a line, as on the socket.\n"
               "Example: task-runner watch '{\"state\": \"running\"}' --sort=-priority");
  set_action(*verb, action, options, watch);
}

}  // namespace taskrunner::app
