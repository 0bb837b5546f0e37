// list, get, explain.

#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/list_flags.hpp"
#include "app/task_text.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace taskrunner::app {
namespace {

struct LookOptions {
  HostOptions host;
  ListOptions list;
  std::vector<std::string> ids;
};

std::string list_path(const Query& query) {
  std::string path = "/api/v1/tasks?skip=" + std::to_string(query.skip) + "&limit=" + std::to_string(query.limit);
  if (!query.filter.is_null()) path += "&query=" + url_encode(query.filter.dump());
  if (!query.sort.is_null()) path += "&sort=" + url_encode(query.sort.dump());
  return path;
}

int list(const LookOptions& options) {
  HttpClient client(address_of(options.host));
  const Json tasks = client.call("GET", list_path(list_query(options.list)));
  if (options.host.json)
    print(tasks.dump() + "\n");
  else if (tasks.as_array().empty())
    say("No task matches.");
  else
    print(task_table(tasks.as_array(), terminal_width(STDOUT_FILENO)));
  return exit_done;
}

int get(const LookOptions& options) {
  HttpClient client(address_of(options.host));
  for (const std::string& id : options.ids) checked_id(id);
  for (const std::string& id : options.ids) {
    const Json task = client.call("GET", "/api/v1/tasks/" + id);
    print(options.host.json ? task.dump() + "\n" : task_details(task));
  }
  return exit_done;
}

std::string host_line(const Json& host) {
  const std::string& instance = host.at("instance").as_string();
  const std::int64_t capacity = host.at("capacity").as_int64();
  const Json* held = host.find("held");  // not for who may not see all tasks
  if (!held) return fmt::format("  {}: {} slots\n", instance, capacity);
  return fmt::format("  {}: {} of {} slots taken\n", instance, held->as_int64(), capacity);
}

int explain(const LookOptions& options) {
  HttpClient client(address_of(options.host));
  for (const std::string& id : options.ids) checked_id(id);
  for (const std::string& id : options.ids) {
    const Json explained = client.call("GET", "/api/v1/tasks/" + id + "/explain");
    if (options.host.json) {
      print(explained.dump() + "\n");
      continue;
    }
    print(id + "  " + explained.at("text").as_string() + "\n");
    if (const Json* hosts = explained.find("hosts"))
      for (const Json& host : hosts->as_array()) print(host_line(host));
  }
  return exit_done;
}

}  // namespace

void add_list_flags(CLI::App& verb, ListOptions& options) {
  verb.add_option("--state", options.states, "to do, running, paused, completed; success, failed, cancelled, dead")
      ->type_name("STATE")
      ->delimiter(',');
  verb.add_option("--topic", options.topics, "only tasks of these topics")->type_name("T")->delimiter(',');
  verb.add_option("--sort", options.sort, "fields, '-' for descending; or JSON")->type_name("FIELDS");
  verb.add_option("--skip", options.skip, "leave out so many")->type_name("N")->check(CLI::NonNegativeNumber);
  verb.add_option("--limit", options.limit, "at most so many (default 1000)")->type_name("N")->check(CLI::NonNegativeNumber);
}

void add_look_verbs(CLI::App& program, Action& action) {
  const auto options = std::make_shared<LookOptions>();
  CLI::App* list_verb = program.add_subcommand("list", "List tasks");
  add_list_flags(*list_verb, options->list);
  list_verb->add_option("--query", options->list.query, "MongoDB's query language")->type_name("JSON");
  add_host_options(*list_verb, options->host);
  list_verb->footer("Example: task-runner list --state running,paused --topic download#1 --sort=-priority,createdAt\n"
                    "         task-runner list --query '{\"data.url\": {\"$regex\": \"iso$\"}}' --json");
  set_action(*list_verb, action, options, list);

  CLI::App* get_verb = program.add_subcommand("get", "Show tasks with all their fields");
  get_verb->add_option("ID", options->ids, "tasks' ids")->required();
  add_host_options(*get_verb, options->host);
  get_verb->footer("Example: task-runner get 65f1a2b3c4d5e6f708192a3b --json");
  set_action(*get_verb, action, options, get);

  CLI::App* explain_verb = program.add_subcommand("explain", "Say why tasks wait, or where they are");
  explain_verb->add_option("ID", options->ids, "tasks' ids")->required();
  add_host_options(*explain_verb, options->host);
  explain_verb->footer("Example: task-runner explain 65f1a2b3c4d5e6f708192a3b");
  set_action(*explain_verb, action, options, explain);
}

}  // namespace taskrunner::app
