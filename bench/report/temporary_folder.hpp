#pragma once

#include <filesystem>
#include <string>

namespace taskrunner::bench {

/// A folder that is gone afterwards.
class TemporaryFolder {
 public:
  /// Throws Error{unavailable} where it cannot be made.
  explicit TemporaryFolder(const std::filesystem::path& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace taskrunner::bench
