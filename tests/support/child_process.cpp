#include "support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

extern char** environ;

namespace taskrunner::test {

ChildProcess::ChildProcess(std::vector<std::string> command_line) {
  int ends[2] = {};
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : command_line) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed = posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = fdopen(ends[0], "r");
  if (failed) throw std::runtime_error(command_line[0] + " does not start");
}

ChildProcess::~ChildProcess() {
  end(SIGKILL);
  if (output_) std::fclose(output_);
}

std::string ChildProcess::line() {
  char text[1'000] = {};
  if (!std::fgets(text, sizeof text, output_)) return "";
  std::string line = text;
  if (line.ends_with('\n')) line.pop_back();
  return line;
}

void ChildProcess::send(int signal) const { kill(pid_, signal); }

int ChildProcess::wait() {
  if (pid_ == 0) return code_;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int ChildProcess::end(int signal) {
  if (pid_) send(signal);
  return wait();
}

}  // namespace taskrunner::test
