#include "app/program.hpp"

#include "app/exit_code.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "auth/secret_file.hpp"

#include <taskrunner/error.hpp>
#include <taskrunner/object_id.hpp>

#include <cctype>
#include <exception>
#include <string>

namespace taskrunner::app {
namespace {

constexpr const char* about =
    "A job server: tasks that are durable, live and resumable.\n"
    "Begin with `task-runner serve`, then in another terminal\n"
    "  task-runner add download#1 --data '{\"url\": \"https://example.com/big.iso\"}' --wait";

constexpr const char* footer =
    "Exit codes: 0 done, 1 the task failed or the answer is no, 2 wrong use, 3 cannot reach host or store.\n"
    "`task-runner VERB --help` shows a verb's options, with an example.";

void add_verbs(CLI::App& program, Action& action) {
  add_serve_verb(program, action);
  add_add_verb(program, action);
  add_look_verbs(program, action);
  add_watch_verb(program, action);
  add_logs_verb(program, action);
  add_act_verbs(program, action);
  add_transfer_verbs(program, action);
  add_doctor_verb(program, action);
  add_token_verb(program, action);
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App program(about, "task-runner");
  program.footer(footer);
  program.set_version_flag("--version", std::string("task-runner ") + TASKRUNNER_VERSION);
  program.require_subcommand(1);
  Action action;
  add_verbs(program, action);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? exit_done : exit_wrong_use;
  }
  return action();
}

}  // namespace

void add_host_options(CLI::App& verb, HostOptions& options) {
  verb.add_option("--url", options.url, "the host (default http://127.0.0.1:8080, or TASK_RUNNER_URL)")
      ->type_name("URL")
      ->envname("TASK_RUNNER_URL");
  verb.add_option("--token", options.token, "who you are; TASK_RUNNER_TOKEN or --token-from leave no trace in a shell's history")
      ->type_name("TOKEN")
      ->envname("TASK_RUNNER_TOKEN");
  verb.add_option("--token-from", options.token_file, "the same, as that file holds it")->type_name("FILE");
  verb.add_option("--ca", options.ca_file, "who vouches for an https host, in PEM (default: SSL_CERT_FILE, else the system's)")
      ->type_name("FILE")
      ->envname("TASK_RUNNER_CA");
  verb.add_flag("--json", options.json, "answer in JSON, for programs");
}

HostAddress address_of(const HostOptions& options) {
  if (options.token_file.empty()) return {options.url, options.token, options.ca_file};
  std::string token = auth::read_secret_file(options.token_file);
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back()))) token.pop_back();
  return {options.url, std::move(token), options.ca_file};
}

void add_namespace_option(CLI::App& verb, HostOptions& options) {
  verb.add_option("--namespace", options.socket_namespace, "the host's Socket.IO namespace (default /tasks)")
      ->type_name("PATH")
      ->envname("TASK_RUNNER_NAMESPACE");
}

const std::string& checked_id(const std::string& id) {
  if (!ObjectId::from_hex(id))
    throw Error(ErrorCode::invalid_argument, "'" + id + "' is no task's id: want 24 hexadecimal digits, as `add` and `list` print them");
  return id;
}

int run_program(int argc, const char* const* argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const Error& error) {
    say(std::string("task-runner: ") + error.what());
    return exit_code_of(error.code());
  } catch (const std::exception& error) {
    say(std::string("task-runner: ") + error.what());
    return exit_no;
  }
}

}  // namespace taskrunner::app
