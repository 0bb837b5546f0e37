// engine_host STORE: a host in a process of its own, for tests to signal and to kill. It says on its output what its
// tasks do, a line each.
#include <taskrunner/taskrunner.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using taskrunner::Context;
using taskrunner::Json;

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

[[noreturn]] void rest(Context& context) {
  while (true) {
    std::this_thread::sleep_for(2ms);
    context.checkpoint_blocking();
  }
}

Json save_and_rest(Json, Context& context) {
  context.save_blocking(Json("half"));
  context.update_data_blocking(Json("rewritten"));
  say("saved");
  rest(context);
}

/// Reaches no checkpoint.
Json ignore(Json, Context&) {
  say("runs");
  while (true) std::this_thread::sleep_for(1h);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  taskrunner::TaskRunnerOptions options;
  options.store = argv[1];
  options.listen = "";
  options.drain = 1h;
  options.grace = 50ms;
  taskrunner::TaskRunner runner(options);
  runner.handle("saves#1", save_and_rest);
  runner.handle("ignores#1", ignore);
  runner.run();
  say("ended");
}
