#pragma once

#include <taskrunner/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace taskrunner::tasks {

/// Owns a file descriptor.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileHandle() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Error{unavailable}: `what`, and what errno says: another try may help.
[[noreturn]] inline void throw_errno(const std::string& what, int problem = errno) {
  throw Error(ErrorCode::unavailable, what + ": " + std::generic_category().message(problem));
}

}  // namespace taskrunner::tasks
