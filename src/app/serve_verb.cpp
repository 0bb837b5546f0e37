#include "app/serve_options_cli.hpp"
#include "app/verbs.hpp"
#include "app/wire_up.hpp"

namespace taskrunner::app {

void add_serve_verb(CLI::App& program, Action& action) {
  CLI::App* verb = program.add_subcommand("serve", "Run a host: store, tasks, HTTP, Socket.IO, the web page");
  verb->footer(
      "Each option can also be given by environment (--max-running is TASK_RUNNER_MAX_RUNNING) and in a TOML file\n"
      "(max-running = 8); a flag wins over the environment, that over the file. SIGTERM ends it politely.\n"
      "Example: task-runner serve --store sqlite:jobs.db --listen 127.0.0.1:9000 --max-running 8\n\n"
      "To be reached from other machines it must ask who is there, and not be overheard:\n"
      "  task-runner token create --role admin --file tokens.json\n"
      "  task-runner serve --listen 0.0.0.0:8443 --public-url https://tasks.example.com:8443 \\\n"
      "    --auth token --token-file tokens.json --tls-cert fullchain.pem --tls-key key.pem\n"
      "SIGHUP then reads tokens, keys and certificate anew.");
  const auto flags = std::make_shared<ServeFlags>(*verb);
  verb->callback([&action, flags] { action = [flags] { return serve(flags->resolve()); }; });
}

}  // namespace taskrunner::app
