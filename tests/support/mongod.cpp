#include "support/mongod.hpp"

#include <taskrunner/json.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace taskrunner::test {
namespace {

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  // Not for the children of others: the script lives as long as somebody has its standard input open.
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  return ends;
}

std::string read_line(int fd) {
  std::string line;
  char next = 0;
  while (::read(fd, &next, 1) == 1 && next != '\n') line += next;
  return line;
}

[[noreturn]] void become_script(const std::vector<std::string>& arguments, int in, int out) {
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  std::string path = "tests/support/mongod";
  std::vector<std::string> words = arguments;
  std::vector<char*> argv{path.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

}  // namespace

Mongod::Mongod(const std::vector<std::string>& arguments) {
  const auto in = make_pipe();
  const auto out = make_pipe();
  script_ = ::fork();
  if (script_ == 0) become_script(arguments, in[0], out[1]);
  ::close(in[0]);
  ::close(out[1]);
  lifeline_ = in[1];
  const std::string line = read_line(out[0]);
  ::close(out[0]);
  if (line.empty()) throw std::runtime_error("tests/support/mongod did not start (run this in the project's root)");
  const Json told = Json::parse(line);
  uri_ = told.at("uri").as_string();
  for (const Json& member : told.at("members").as_array()) pids_.push_back(static_cast<pid_t>(member.at("pid").as_int64()));
}

Mongod::~Mongod() {
  ::close(lifeline_);
  ::waitpid(script_, nullptr, 0);
}

Mongod& Mongod::shared() {
  static Mongod one;
  return one;
}

std::string Mongod::url(const std::string& database) const {
  const auto question = uri_.find('?');
  return uri_.substr(0, question) + database + (question == std::string::npos ? "" : uri_.substr(question));
}

std::string Mongod::fresh_url() { return url("test" + std::to_string(++databases_)); }

}  // namespace taskrunner::test
