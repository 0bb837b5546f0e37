#pragma once

#include <taskrunner/object_id.hpp>

#include "tasks/file_handle.hpp"
#include "tasks/sha256.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::tasks {

/// `.<24 hexadecimal digits>.part`: the file of that task while it is under way. No path of a download's data may be such.
std::string part_name_of(const ObjectId& task);
/// Whose unfinished download a file of that name is; nothing where it is no such name.
std::optional<ObjectId> task_of_part(std::string_view name);

/// An unfinished download. size() and sync() from any thread; the others by one at a time.
/// Throws Error{unavailable} where the file system says no; a full disk is such.
class PartFile {
 public:
  /// Opens or makes it in that folder (a descriptor, which must outlive it), and locks it against other processes.
  PartFile(int folder, std::string name);

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
  const int folder_;
  const std::string name_;
  FileHandle file_;
  std::atomic<std::uint64_t> size_{0};
  Sha256 hash_;
};

}  // namespace taskrunner::tasks
