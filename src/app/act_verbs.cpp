// stop, pause, resume, retry, remove.

#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/task_text.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>

namespace taskrunner::app {
namespace {

struct ActOptions {
  std::string verb;
  HostOptions host;
  std::vector<std::string> ids;
};

Json act_on(HttpClient& client, const std::string& verb, const std::string& id) {
  const std::string path = "/api/v1/tasks/" + id;
  return verb == "remove" ? client.call("DELETE", path) : client.call("POST", path + "/" + verb);
}

void answer(const ActOptions& options, const std::string& id, const Json& task) {
  if (options.host.json)
    print((options.verb == "remove" ? Json{{"id", id}} : task).dump() + "\n");
  else
    print(id + "  " + (options.verb == "remove" ? "removed" : options.verb + " asked for; it is " + state_text(task)) + "\n");
}

/// One refusal does not keep the others from being asked; the worst one is the exit code.
int act(const ActOptions& options) {
  HttpClient client(address_of(options.host));
  for (const std::string& id : options.ids) checked_id(id);
  int worst = exit_done;
  for (const std::string& id : options.ids) {
    try {
      answer(options, id, act_on(client, options.verb, id));
    } catch (const Error& error) {
      say("task-runner: " + id + ": " + error.what());
      worst = std::max(worst, exit_code_of(error.code()));
    }
  }
  return worst;
}

void add_act_verb(CLI::App& program, Action& action, const std::string& name, const std::string& about) {
  const auto options = std::make_shared<ActOptions>();
  options->verb = name;
  CLI::App* verb = program.add_subcommand(name, about);
  verb->add_option("ID", options->ids, "tasks' ids")->required();
  add_host_options(*verb, options->host);
  verb->footer("Example: task-runner " + name + " 65f1a2b3c4d5e6f708192a3b");
  set_action(*verb, action, options, act);
}

}  // namespace

void add_act_verbs(CLI::App& program, Action& action) {
  add_act_verb(program, action, "stop", "Cancel tasks, wherever they run");
  add_act_verb(program, action, "pause", "Pause running tasks; a pause outlives the host");
  add_act_verb(program, action, "resume", "Let paused tasks go on");
  add_act_verb(program, action, "retry", "Run completed tasks once more, with fresh attempts");
  add_act_verb(program, action, "remove", "Take tasks that no host holds out of the store");
}

}  // namespace taskrunner::app
