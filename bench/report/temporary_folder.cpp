#include "report/temporary_folder.hpp"

#include <taskrunner/error.hpp>

#include <cstdlib>
#include <system_error>

namespace taskrunner::bench {

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  std::string name = (parent / "task-runner-bench.XXXXXX").string();
  if (!::mkdtemp(name.data())) throw Error(ErrorCode::unavailable, "cannot make the folder " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace taskrunner::bench
