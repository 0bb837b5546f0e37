#include "base/process_identity.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace taskrunner {
namespace {

std::string first_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::int64_t pid_namespace() {
  struct stat status {};
  return stat("/proc/self/ns/pid", &status) == 0 ? static_cast<std::int64_t>(status.st_ino) : 0;
}

struct ProcessState {
  char state = 0;
  std::int64_t start = 0;
};

/// The third field is the state, the 22nd the start time; the second is the program's name in parentheses, in which
/// anything may stand. proc_pid_stat(5).
std::optional<ProcessState> state_of(std::int64_t pid) {
  const std::string line = first_line_of("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t after_name = line.rfind(')');
  if (after_name == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(after_name + 1));
  const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
  if (words.size() < 20) return std::nullopt;
  return ProcessState{words[0].front(), std::strtoll(words[19].c_str(), nullptr, 10)};
}

/// A zombie whose first thread alone has ended may have others that still work.
bool is_last_thread(std::int64_t pid) {
  std::error_code error;
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task", error);
  return !error && std::distance(begin(threads), end(threads)) == 1;
}

bool is_here(const ProcessIdentity& process) {
  return process.pid > 0 && process.pid_start > 0 && !process.boot_id.empty() && process.pid_namespace != 0 &&
         process.pid_namespace == pid_namespace() &&
         process.boot_id == first_line_of("/proc/sys/kernel/random/boot_id");
}

}  // namespace

ProcessIdentity this_process() {
  const auto state = state_of(getpid());
  return {first_line_of("/proc/sys/kernel/random/boot_id"), pid_namespace(), getpid(), state ? state->start : 0};
}

bool has_ended(const ProcessIdentity& process) {
  if (!is_here(process)) return false;
  // By signal 0 first: other users' entries in /proc may be hidden, and hidden is not gone.
  if (kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH) return true;
  const auto state = state_of(process.pid);
  if (!state) return false;
  if (state->start != process.pid_start) return true;
  return (state->state == 'Z' || state->state == 'X') && is_last_thread(process.pid);
}

}  // namespace taskrunner
