#include "mongo/host_process.hpp"

#include <taskrunner/taskrunner.hpp>

#include "report/cpu.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace taskrunner::bench {
namespace {

constexpr std::size_t slots = 2'000;

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  return ends;
}

void append(int file, const ObjectId& id) {
  Execution execution{};
  std::memcpy(execution.id, id.view().data(), sizeof execution.id);
  execution.began_ns = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  if (::write(file, &execution, sizeof execution) != sizeof execution) throw std::runtime_error("cannot write");
}

}  // namespace

HostProcess::HostProcess(const std::string& store_url, const std::filesystem::path& executions) {
  const auto in = make_pipe();
  const auto out = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string program = "bench_mongo";
  std::string word = "host";
  std::string url = store_url;
  std::string file = executions.string();
  const std::array<char*, 5> arguments = {program.data(), word.data(), url.data(), file.data(), nullptr};
  const int failed = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  in_ = in[1];
  out_ = out[0];
  if (failed || read_line() != "ready") throw std::runtime_error("a host did not come up");
}

HostProcess::~HostProcess() {
  ::close(in_);
  ::close(out_);
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string HostProcess::read_line() const {
  std::string line;
  char next = 0;
  while (::read(out_, &next, 1) == 1 && next != '\n') line += next;
  return line;
}

void HostProcess::start() {
  if (::write(in_, "go\n", 3) != 3 || read_line() != "started") throw std::runtime_error("a host did not start");
}

double HostProcess::finish() {
  if (::write(in_, "end\n", 4) != 4) throw std::runtime_error("a host is gone");
  const double cpu_us = std::stod(read_line());
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
  return cpu_us;
}

int run_host(const std::string& store_url, const std::filesystem::path& executions) {
  const int file = ::open(executions.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  TaskRunnerOptions options;
  options.store = store_url;
  options.listen = "";
  options.instance = fmt::format("bench:{}", ::getpid());
  options.public_url = "http://127.0.0.1:8080";
  options.max_running = slots;
  TaskRunner runner(options);
  runner.handle("noop#1", [file](Json, Context& context) -> awaitable<Json> {
    append(file, context.task().id);
    co_return Json{{"ok", true}};
  });
  std::cout << "ready" << std::endl;
  std::string line;
  std::getline(std::cin, line);
  const double before_us = cpu_us();
  runner.start();
  std::cout << "started" << std::endl;
  std::getline(std::cin, line);
  runner.drain();
  std::cout << cpu_us() - before_us << std::endl;
  return 0;
}

std::vector<Execution> wait_for_executions(const std::filesystem::path& file, std::size_t count) {
  using Time = std::chrono::steady_clock;
  auto progressed = Time::now();
  for (std::uintmax_t size = 0; size < count * sizeof(Execution);) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::uintmax_t now = std::filesystem::file_size(file);
    if (now > size) progressed = Time::now();
    if (Time::now() - progressed > std::chrono::minutes(1)) throw std::runtime_error("no task has begun for a minute");
    size = now;
  }
  std::vector<Execution> executions(std::filesystem::file_size(file) / sizeof(Execution));
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(executions.data()), static_cast<std::streamsize>(executions.size() * sizeof(Execution)));
  return executions;
}

}  // namespace taskrunner::bench
