#include "app/program.hpp"

int main(int argc, char** argv) { return taskrunner::app::run_program(argc, argv); }
