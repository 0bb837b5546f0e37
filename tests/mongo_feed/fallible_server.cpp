#include "fallible_server.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace taskrunner::store {
namespace {

std::string read_proc(pid_t process, const char* name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> command_line_of(pid_t process) {
  const std::string all = read_proc(process, "cmdline");
  std::vector<std::string> words;
  for (std::size_t at = 0; at < all.size(); at = all.find('\0', at) + 1) words.emplace_back(all.c_str() + at);
  return words;
}

/// Of a process that is not our child: nobody tells us of its end.
void wait_for_end(pid_t process) {
  for (std::string stat = read_proc(process, "stat"); !stat.empty() && stat.find(") Z ") == std::string::npos;
       stat = read_proc(process, "stat"))
    ::poll(nullptr, 0, 5);
}

}  // namespace

FallibleServer::FallibleServer(const std::vector<std::string>& options)
    : first_(options), command_line_(command_line_of(first_.pids().at(0))) {}

FallibleServer::~FallibleServer() {
  if (again_) kill();
}

void FallibleServer::kill() {
  if (again_) {
    ::kill(again_, SIGKILL);
    ::waitpid(again_, nullptr, 0);
    again_ = 0;
  } else {
    ::kill(first_.pids().at(0), SIGKILL);
    wait_for_end(first_.pids().at(0));
  }
}

void FallibleServer::start_again() {
  std::vector<char*> arguments;
  for (std::string& word : command_line_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  again_ = ::fork();
  if (again_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
}

}  // namespace taskrunner::store
