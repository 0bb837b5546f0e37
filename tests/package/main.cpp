#include <taskrunner/json.hpp>

#include <cstdio>

int main() {
  const taskrunner::Json task{{"versionedTopic", "greet#1"}, {"data", "world"}};
  std::printf("%s\n", task.dump().c_str());
}
