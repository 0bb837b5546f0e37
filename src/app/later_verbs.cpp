// Verbs that are known by name, so that nobody looks for the mistake in their own spelling.

#include "app/verbs.hpp"

#include <taskrunner/error.hpp>

namespace taskrunner::app {
namespace {

void add_later_verb(CLI::App& program, Action& action, const std::string& name) {
  CLI::App* verb = program.add_subcommand(name, "(not in this version)");
  verb->allow_extras();
  verb->callback([&action, name] {
    action = [name]() -> int { throw Error(ErrorCode::not_supported, "'" + name + "' is not in this version"); };
  });
}

}  // namespace

void add_later_verbs(CLI::App& program, Action& action) {
  add_later_verb(program, action, "token");
}

}  // namespace taskrunner::app
