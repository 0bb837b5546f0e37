#pragma once

#include <string>

namespace taskrunner::store {

/// The right to be the only process that uses a store file: flock on `PATH.lock`, which holds the holder's pid for
/// people. The system takes the lock away when the process ends, however it ends.
class FileLock {
 public:
  /// Throws Error{conflict} that names the file and its holder where another has it, Error{unavailable} where the lock
  /// file cannot be written. Waits a moment: a holder may be on its way out.
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// The pid of the process that has the lock now; 0 where none has it (or the lock file cannot be read).
  static long holder_of(const std::string& path);

 private:
  int file_ = -1;
};

}  // namespace taskrunner::store
