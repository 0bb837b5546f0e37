// token create: a token for a person or a program, printed once and stored as its hash.

#include "app/exit_code.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "auth/secret_file.hpp"
#include "auth/token_list.hpp"
#include "base/clock.hpp"
#include "base/time_text.hpp"

#include <taskrunner/error.hpp>
#include <taskrunner/json.hpp>

#include <fmt/format.h>

namespace taskrunner::app {
namespace {

struct TokenOptions {
  std::string role;
  std::vector<std::string> topics;
  std::string name;
  std::string expires;
  std::string file;
  bool json = false;
};

auth::StoredToken stored_token(const TokenOptions& options) {
  auth::StoredToken token;
  token.role = auth::role_from(options.role).value_or(auth::Role::viewer);  // the command line took one of them
  token.name = options.name.empty() ? options.role : options.name;
  if (!auth::is_good_name(token.name))
    throw Error(ErrorCode::invalid_argument, "--name: want 1 to 100 characters, none of them a control character");
  if (!options.topics.empty()) token.topics = options.topics;
  token.created_at_ms = system_clock().wall_ms();
  if (options.expires.empty()) return token;
  const auto life_ms = parse_duration_ms(options.expires);
  if (!life_ms || *life_ms <= 0)
    throw Error(ErrorCode::invalid_argument, "--expires '" + options.expires + "': want a length of time, such as 12h, 30d");
  token.expires_at_ms = token.created_at_ms + *life_ms;
  return token;
}

void say_what_was_made(const TokenOptions& options, const auth::StoredToken& token) {
  const std::string topics = token.topics ? fmt::format("tasks of {}", fmt::join(*token.topics, ", ")) : "all tasks";
  const std::string until = token.expires_at_ms ? "until " + iso_time(*token.expires_at_ms) : "without an end";
  say(fmt::format("The token of '{}' ({}, {}, {}). It is shown this once; {} keeps its hash.\n"
                  "A host that runs already reads the file anew at SIGHUP.",
                  token.name, to_text(token.role), topics, until, options.file));
}

int create_token(const TokenOptions& options) {
  auth::StoredToken token = stored_token(options);
  const std::string secret = auth::make_token(auth::random_secret);
  token.sha256 = auth::sha256(secret);
  auth::change_private_file(options.file, [&](std::string_view text) {
    try {
      auth::TokenList tokens(text);
      tokens.add(token);
      return tokens.text();
    } catch (const Error& error) {
      throw Error(error.code(), options.file + ": " + error.what());
    }
  });
  say_what_was_made(options, token);
  print((options.json ? Json{{"token", secret}, {"name", token.name}}.dump() : secret) + "\n");
  return exit_done;
}

}  // namespace

void add_token_verb(CLI::App& program, Action& action) {
  CLI::App* verb = program.add_subcommand("token", "Make tokens for `serve --auth token`");
  verb->require_subcommand(1);
  const auto options = std::make_shared<TokenOptions>();
  CLI::App* create = verb->add_subcommand("create", "Make a token, print it once, and add its hash to a token file");
  create->add_option("--role", options->role, "viewer looks; operator adds and acts too; admin also exports and imports")
      ->required()
      ->check(CLI::IsMember({"viewer", "operator", "admin"}))
      ->type_name("ROLE");
  create->add_option("--topic", options->topics, "only tasks of these (default: of all)")->type_name("T")->delimiter(',');
  create->add_option("--name", options->name, "who it is for, as logs and tasks will say (default: the role)")->type_name("NAME");
  create->add_option("--expires", options->expires, "how long it holds, such as 12h, 30d (default: without an end)")->type_name("TIME");
  create->add_option("--file", options->file, "the token file, made where there is none")->required()->type_name("FILE");
  create->add_flag("--json", options->json, "answer in JSON, for programs");
  create->footer("The file is read by its owner only. Take an entry out of it and send the host SIGHUP to end a token.\n"
                 "Example: task-runner token create --role admin --name ann --file tokens.json\n"
                 "         task-runner serve --auth token --token-file tokens.json\n"
                 "         TASK_RUNNER_TOKEN=tr_… task-runner list");
  set_action(*create, action, options, create_token);
}

}  // namespace taskrunner::app
