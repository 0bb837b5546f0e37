#pragma once

#include "tasks/download_folder.hpp"
#include "tasks/sha256.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace taskrunner::tasks {

/// An unfinished download. size() and sync() from any thread; the others by one at a time.
/// Throws Error{unavailable} where the file system says no; a full disk is such.
class PartFile {
 public:
  /// Opens or makes it, and locks it against other processes.
  PartFile(const DownloadFolder& folder, std::string name);

  std::uint64_t size() const { return size_; }
  /// What lies behind the first `bytes` is dropped; what stays is hashed. `keep_on` false: Stopped.
  void keep_first(std::uint64_t bytes, const std::function<bool()>& keep_on);
  void append(std::string_view bytes);
  void clear();
  /// What size() said before is on the disk when it returns.
  void sync();
  /// Of all of it. Once, at the end.
  std::string sha256() { return hash_.hex(); }
  /// Away with it; harmless where it is renamed.
  void remove();
  const std::string& name() const { return name_; }

 private:
  const DownloadFolder& folder_;
  const std::string name_;
  FileHandle file_;
  std::atomic<std::uint64_t> size_{0};
  Sha256 hash_;
};

}  // namespace taskrunner::tasks
