#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/task_follower.hpp"
#include "app/task_text.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"

namespace taskrunner::app {
namespace {

struct LogsOptions {
  HostOptions host;
  std::string id;
  bool follow = false;
};

std::string log_text(const Json& line, bool json) {
  if (json) return line.dump() + "\n";
  const auto part = [&](const char* name) {
    const Json* member = line.find(name);
    return member && member->is_string() ? member->as_string() : std::string();
  };
  return part("time") + "  " + part("level") + "  " + part("text") + "\n";
}

int follow(const LogsOptions& options) {
  TaskHearing hearing;
  hearing.on_task = [](const Json&) {};
  hearing.on_progress = [](const Json&) {};
  hearing.on_log = [&](const Json& line) { print(log_text(line, options.host.json)); };
  hearing.on_note = [](const std::string& text) { say(text); };
  TaskFollower follower(address_of(options.host), options.host.socket_namespace, options.id, hearing);
  say("ended: " + state_text(follower.run()));
  return exit_done;
}

int logs(const LogsOptions& options) {
  checked_id(options.id);
  if (options.follow) return follow(options);
  HttpClient client(address_of(options.host));
  const Json lines = client.call("GET", "/api/v1/tasks/" + options.id + "/logs");
  for (const Json& line : lines.as_array()) print(log_text(line, options.host.json));
  return exit_done;
}

}  // namespace

void add_logs_verb(CLI::App& program, Action& action) {
  const auto options = std::make_shared<LogsOptions>();
  CLI::App* verb = program.add_subcommand("logs", "Show what a task logged");
  verb->add_option("ID", options->id, "the task's id")->required();
  verb->add_flag("--follow,-f", options->follow, "go on until the task ends, also over a restart of its host");
  add_host_options(*verb, options->host);
  add_namespace_option(*verb, options->host);
  verb->footer("Example: task-runner logs 65f1a2b3c4d5e6f708192a3b --follow");
  set_action(*verb, action, options, logs);
}

}  // namespace taskrunner::app
