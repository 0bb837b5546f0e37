#include "store/file_lock.hpp"

#include <taskrunner/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace taskrunner::store {
namespace {

std::string lock_path(const std::string& path) { return path + ".lock"; }

long read_pid(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size() - 1, 0);
  return size > 0 ? std::strtol(text.data(), nullptr, 10) : 0;
}

void write_pid(int file) {
  const std::string text = std::to_string(::getpid()) + "\n";
  // Only for people: a lock file that cannot be written (a full disk) still locks.
  if (::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) < 0) return;
}

bool try_lock(int file) {
  using namespace std::chrono_literals;
  constexpr int tries = 10;
  for (int i = 0; i < tries; ++i) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    std::this_thread::sleep_for(25ms);
  }
  return false;
}

}  // namespace

FileLock::FileLock(const std::string& path) {
  file_ = ::open(lock_path(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0)
    throw Error(ErrorCode::unavailable, "the store " + path + ": its lock file " + lock_path(path) +
                                            " cannot be written (" + std::strerror(errno) +
                                            "): check that the folder exists and may be written");
  if (!try_lock(file_)) {
    const long pid = read_pid(file_);
    ::close(file_);
    throw Error(ErrorCode::conflict, "the store " + path + " is in use by " +
                                         (pid ? "process " + std::to_string(pid) : std::string("another process")) +
                                         ": one process a file; talk to that one, or stop it first");
  }
  write_pid(file_);
}

FileLock::~FileLock() { ::close(file_); }

long FileLock::holder_of(const std::string& path) {
  const int file = ::open(lock_path(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  long pid = 0;
  // A shared lock is refused only while someone has the exclusive one.
  if (::flock(file, LOCK_SH | LOCK_NB) != 0) pid = read_pid(file);
  ::close(file);
  return pid;
}

}  // namespace taskrunner::store
