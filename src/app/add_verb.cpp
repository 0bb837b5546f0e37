#include "app/add_lines.hpp"
#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/list_query.hpp"
#include "app/task_follower.hpp"
#include "app/task_text.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "app/wait_view.hpp"

#include <taskrunner/error.hpp>

#include <unistd.h>

#include <fstream>
#include <iterator>

namespace taskrunner::app {
namespace {

struct AddCliOptions {
  HostOptions host;
  std::string topic;
  std::string input;
  std::string data;
  std::optional<double> priority;
  std::optional<std::string> wait_until;
  std::optional<std::string> unique_key;
  std::optional<std::int64_t> max_attempts;
  bool wait = false;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw Error(ErrorCode::invalid_argument, "--data @" + path + ": the file cannot be read");
  return text;
}

/// All but topic and data.
JsonObject common_fields(const AddCliOptions& options) {
  JsonObject task;
  if (options.priority) task.append("priority", Json(*options.priority));
  if (options.wait_until) task.append("waitUntil", Json(*options.wait_until));
  if (options.unique_key) task.append("uniqueKey", Json(*options.unique_key));
  if (options.max_attempts) task.append("maxAttempts", Json(*options.max_attempts));
  return task;
}

std::string id_of(const Json& task) {
  const Json* id = task.find("id");
  if (!id || !id->is_string()) throw Error(ErrorCode::unavailable, "the host answered without an id: " + task.dump());
  return id->as_string();
}

int wait_for(const AddCliOptions& options, const std::string& id) {
  WaitView view;
  TaskHearing hearing;
  hearing.on_task = [&](const Json& task) { view.show_task(task); };
  hearing.on_progress = [&](const Json& progress) { view.show_progress(progress); };
  hearing.on_log = [](const Json&) {};
  hearing.on_note = [&](const std::string& text) { view.show_note(text); };
  TaskFollower follower(address_of(options.host), options.host.socket_namespace, id, hearing);
  const Json task = follower.run();
  view.show_end(task);
  if (options.host.json) print(task.dump() + "\n");
  return has_succeeded(task) ? exit_done : exit_no;
}

int add_one(const AddCliOptions& options) {
  JsonObject task = common_fields(options);
  task.set("versionedTopic", Json(options.topic));
  if (!options.data.empty()) {
    const bool is_file = options.data[0] == '@';
    task.set("data", parse_typed_json("--data", is_file ? read_file(options.data.substr(1)) : options.data));
  }
  HttpClient client(address_of(options.host));
  const Json added = client.call("POST", "/api/v1/tasks", Json(std::move(task)).dump());
  const std::string id = id_of(added);
  if (!options.host.json)
    print(id + "\n");
  else if (!options.wait)
    print(added.dump() + "\n");
  return options.wait ? wait_for(options, id) : exit_done;
}

int add(const AddCliOptions& options) {
  if (options.topic != "-" && options.input.empty()) return add_one(options);
  if (options.input != "-" && !options.input.empty())
    throw Error(ErrorCode::invalid_argument, "'" + options.input + "': want - to read from standard input, or --data");
  if (options.topic == "-" && !options.input.empty())
    throw Error(ErrorCode::invalid_argument, "want 'add -' or 'add TOPIC -'");
  if (options.wait || !options.data.empty() || options.unique_key)
    throw Error(ErrorCode::invalid_argument, "with '-' each line is a task: --wait, --data and --unique-key are for one");
  AddLinesOptions lines{address_of(options.host)};
  lines.json = options.host.json;
  lines.common = common_fields(options);
  if (options.topic != "-") lines.topic = options.topic;
  return add_lines(STDIN_FILENO, lines);
}

}  // namespace

void add_add_verb(CLI::App& program, Action& action) {
  const auto options = std::make_shared<AddCliOptions>();
  CLI::App* verb = program.add_subcommand("add", "Add a task, and print its id; or many from standard input");
  verb->add_option("TOPIC", options->topic, "what kind of work, such as sleep#1; - reads whole tasks, a JSON object a line")
      ->required();
  verb->add_option("INPUT", options->input, "- reads the data of a task of that topic from each line");
  verb->add_option("--data", options->data, "the task's input, or @FILE that has it")->type_name("JSON");
  verb->add_option("--priority", options->priority, "higher comes first")->type_name("N");
  verb->add_option("--wait-until", options->wait_until, "not before: a time, or +10s")->type_name("T");
  verb->add_option("--unique-key", options->unique_key, "the same key is the same task")->type_name("K");
  verb->add_option("--max-attempts", options->max_attempts, "after so many failures it has failed (default 5)")
      ->type_name("N");
  verb->add_flag("--wait", options->wait, "follow it to its end; exit code 0 only on success");
  add_host_options(*verb, options->host);
  add_namespace_option(*verb, options->host);
  verb->footer("Example: task-runner add download#1 --data '{\"url\": \"https://example.com/big.iso\"}' --wait\n"
               "         seq 3 | sed 's/.*/{\"ms\": &00}/' | task-runner add sleep#1 -\n"
               "         task-runner add - < tasks.jsonl   (lines such as {\"versionedTopic\": \"noop#1\", \"data\": 1})");
  set_action(*verb, action, options, add);
}

}  // namespace taskrunner::app
