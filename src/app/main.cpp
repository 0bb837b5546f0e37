#include "app/program.hpp"

#include "app/hide_token.hpp"

int main(int argc, char** argv) {
  const taskrunner::app::Arguments arguments(argc, argv);
  taskrunner::app::hide_token(argc, argv);
  return taskrunner::app::run_program(arguments.count(), arguments.values());
}
