#pragma once

#include <taskrunner/task_record.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace taskrunner::tasks {

/// The task of that id as it stands in the store, or null; throws Error where the store cannot say.
using FindTask = std::function<TaskPtr(const ObjectId&)>;

/// The unfinished downloads of one store below a download folder. Thread-safe.
class DownloadParts {
 public:
  explicit DownloadParts(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// A task of this store has a part.
  void know(const ObjectId& task);

  /// Removes the parts of tasks that are completed, and of those that are gone; returns how many. Of a task that the
  /// store does not have, the part is left where it was not seen in the store before, by this object: hosts of other
  /// stores may use the same folder. One that is written now is left too. Throws what `find` throws.
  std::size_t sweep(const FindTask& find);

 private:
  struct Part {
    ObjectId task;
    std::string path;  ///< below the folder
  };
  std::vector<Part> list() const;
  bool is_over(const ObjectId& task, const FindTask& find);
  bool remove(const Part& part, const FindTask& find);

  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::set<ObjectId> known_;
};

}  // namespace taskrunner::tasks
