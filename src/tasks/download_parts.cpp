#include "tasks/download_parts.hpp"

#include "base/log.hpp"
#include "tasks/download_folder.hpp"
#include "tasks/part_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace taskrunner::tasks {

void DownloadParts::know(const ObjectId& task) {
  std::lock_guard lock(mutex_);
  known_.insert(task);
}

std::vector<DownloadParts::Part> DownloadParts::list() const {
  namespace fs = std::filesystem;
  std::vector<Part> parts;
  std::error_code problem;
  fs::recursive_directory_iterator entry(folder_, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem))
    if (const auto task = task_of_part(entry->path().filename().native()))
      parts.push_back({*task, entry->path().lexically_relative(folder_).native()});
  return parts;
}

bool DownloadParts::is_over(const ObjectId& task, const FindTask& find) {
  const TaskPtr found = find(task);
  if (found) know(task);
  std::lock_guard lock(mutex_);
  return found ? found->state == TaskState::completed : known_.contains(task);
}

bool DownloadParts::remove(const Part& part, const FindTask& find) {
  const DownloadFolder folder(folder_);
  const auto place = folder.place_of(part.path);
  const FileHandle file(openat(place.folder.get(), place.name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (!file || fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  // Whoever runs the task holds the lock; whoever takes it up from here on finds the lock taken, or the file gone.
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !is_over(part.task, find)) return false;
  if (unlinkat(place.folder.get(), place.name.c_str(), 0) != 0) return false;
  log_info("removed '{}': its task is over", part.path);
  return true;
}

std::size_t DownloadParts::sweep(const FindTask& find) {
  std::size_t removed = 0;
  std::set<ObjectId> left;
  for (const Part& part : list()) {
    if (is_over(part.task, find) && remove(part, find))
      ++removed;
    else
      left.insert(part.task);
  }
  std::lock_guard lock(mutex_);
  std::erase_if(known_, [&](const ObjectId& task) { return !left.contains(task); });
  return removed;
}

}  // namespace taskrunner::tasks
