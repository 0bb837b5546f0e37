#pragma once

#include <filesystem>
#include <string>

namespace taskrunner::test {

/// An empty folder that is gone afterwards.
class TemporaryFolder {
 public:
  /// Throws std::system_error where it cannot be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace taskrunner::test
