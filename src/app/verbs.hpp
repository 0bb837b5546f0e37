#pragma once

#include "app/host_address.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>

namespace taskrunner::app {

/// What the chosen verb does; returns the exit code. Set by the verb's subcommand when it is parsed.
using Action = std::function<int()>;

/// Where the client verbs find the host, and how they answer.
struct HostOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string token;
  std::string token_file;  ///< holds the token
  std::string ca_file;
  std::string socket_namespace = "/tasks";
  bool json = false;
};

/// Adds --url, --token, --token-from, --ca and --json.
void add_host_options(CLI::App& verb, HostOptions& options);
/// Throws Error{invalid_argument} where the token's file cannot be read.
HostAddress address_of(const HostOptions& options);
/// Adds --namespace, for the verbs that are live.
void add_namespace_option(CLI::App& verb, HostOptions& options);

/// A verb whose action is `run` over its options.
template <typename Options>
void set_action(CLI::App& verb, Action& action, std::shared_ptr<Options> options, int (*run)(const Options&)) {
  verb.callback([&action, options = std::move(options), run] { action = [options, run] { return run(*options); }; });
}

/// The id as it was typed; throws Error{invalid_argument} where it is none.
const std::string& checked_id(const std::string& id);

// Each adds its verbs to the program.
void add_serve_verb(CLI::App& program, Action& action);
void add_add_verb(CLI::App& program, Action& action);
void add_look_verbs(CLI::App& program, Action& action);
void add_watch_verb(CLI::App& program, Action& action);
void add_logs_verb(CLI::App& program, Action& action);
void add_act_verbs(CLI::App& program, Action& action);
void add_transfer_verbs(CLI::App& program, Action& action);
void add_doctor_verb(CLI::App& program, Action& action);
void add_token_verb(CLI::App& program, Action& action);

}  // namespace taskrunner::app
