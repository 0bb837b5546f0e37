#include "app/serve_options_cli.hpp"

namespace taskrunner::app {

ServeFlags::ServeFlags(CLI::App& verb) {
  verb.add_option("--config", config_path_, "a TOML file of these options (or TASK_RUNNER_CONFIG)")->type_name("FILE");
  for (const OptionSpec& spec : serve_option_specs()) {
    Flag& flag = flags_.emplace_back(Flag{&spec, nullptr, {}});
    const std::string name = "--" + std::string(spec.name);
    if (spec.value_name.empty()) {
      flag.option = verb.add_flag_function(name, [](std::int64_t) {}, std::string(spec.help));
      continue;
    }
    flag.option = verb.add_option(name, flag.words, std::string(spec.help))->type_name(std::string(spec.value_name));
    if (spec.is_list)
      flag.option->delimiter(',');
    else
      flag.option->expected(1);
  }
}

ServeOptions ServeFlags::resolve() const {
  GivenOptions given;
  for (const Flag& flag : flags_)
    if (flag.option->count() > 0)
      given[std::string(flag.spec->name)] = OptionValue{flag.words, "--" + std::string(flag.spec->name)};
  std::optional<std::string> config;
  if (!config_path_.empty()) config = config_path_;
  return resolve_options(given, config, process_environment());
}

}  // namespace taskrunner::app
