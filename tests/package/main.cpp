#include <taskrunner/taskrunner.hpp>

#include <cstdio>
#include <string>

namespace tr = taskrunner;

struct Greeting {
  std::string name;
  int times = 1;
};
BOOST_DESCRIBE_STRUCT(Greeting, (), (name, times))

tr::awaitable<tr::Json> greet(Greeting greeting, tr::Context& context) {
  std::string text;
  for (int i = 0; i < greeting.times; ++i) {
    text += "Hello " + greeting.name + "! ";
    context.progress({{"spent", i + 1}, {"total", greeting.times}});
    co_await context.checkpoint();
  }
  co_return tr::Json(text);
}

int main() {
  tr::TaskRunner runner({.store = "memory:", .listen = "", .instance = "outside"});
  runner.handle("greet#1", greet);
  runner.handle("count#1", [](std::string text, tr::Context&) { return tr::Json(text.size()); });
  runner.start();
  const auto greeted = runner.wait(runner.add("greet#1", Greeting{"world", 2}));
  const auto counted = runner.wait(runner.add("count#1", std::string("seven letters")));
  runner.stop();
  std::printf("%s\n%s\n", greeted->response->dump().c_str(), counted->response->dump().c_str());
}
