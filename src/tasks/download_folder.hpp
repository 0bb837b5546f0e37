#pragma once

#include "tasks/file_handle.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace taskrunner::tasks {

/// The folder that downloads land in. It may be reached by symbolic links; below it none is followed, so that no
/// path leads out of it. Throws Error{unavailable} where the file system says no, Fail where a path may not be.
class DownloadFolder {
 public:
  /// Made where it is missing.
  explicit DownloadFolder(const std::filesystem::path& path);

  /// The folder (made where missing) and the name in it of a checked relative path.
  struct Place {
    FileHandle folder;
    std::string name;
  };
  Place place_of(const std::string& path) const;
  static std::uint64_t free_bytes(const Place& place);

  /// SHA-256 and size of a regular file at that place; nothing where there is no such name; Fail where it is
  /// something else. `keep_on` false ends it with Stopped.
  struct Content {
    std::string sha256;
    std::uint64_t bytes = 0;
  };
  static std::optional<Content> content_of(const Place& place, const std::function<bool()>& keep_on);

  /// Gives `part`, a name in the same folder, its place, durably. False where that name is taken.
  static bool publish(const std::string& part, const Place& place);

 private:
  FileHandle root_;
};

}  // namespace taskrunner::tasks
