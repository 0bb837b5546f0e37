#include "support/temporary_folder.hpp"

#include <stdlib.h>

#include <cerrno>
#include <system_error>

namespace taskrunner::test {

TemporaryFolder::TemporaryFolder() {
  // mkdtemp puts letters in the place of the last six.
  std::string name = (std::filesystem::temp_directory_path() / "task-runner-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace taskrunner::test
