#include "tasks/download_folder.hpp"

#include <taskrunner/context.hpp>

#include "tasks/sha256.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cstdio>
#include <vector>

namespace taskrunner::tasks {
namespace {

constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr std::size_t read_bytes = 256 * 1024;

FileHandle open_folder_in(int parent, const std::string& name, const std::string& path) {
  if (mkdirat(parent, name.c_str(), 0777) == 0)
    fsync(parent);  // the new folder is to be there after a power cut, as the file in it
  else if (errno != EEXIST)
    throw_errno("cannot make the folder of '" + path + "'");
  FileHandle folder(openat(parent, name.c_str(), folder_flags | O_NOFOLLOW));
  if (!folder && (errno == ELOOP || errno == ENOTDIR))
    throw Fail("'" + path + "': '" + name + "' is no folder, or a symbolic link, which is not followed below the download folder");
  if (!folder) throw_errno("cannot open the folder of '" + path + "'");
  return folder;
}

// Some file systems know no rename that spares the target: a second name, then the first away, spares it too.
bool rename_unless_taken(const std::string& name, const DownloadFolder::Place& place) {
  const int folder = place.folder.get();
  if (renameat2(folder, name.c_str(), folder, place.name.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS) throw_errno("cannot rename the finished download to '" + place.name + "'");
  if (linkat(folder, name.c_str(), folder, place.name.c_str(), 0) != 0) {
    if (errno == EEXIST) return false;
    throw_errno("cannot rename the finished download to '" + place.name + "'");
  }
  unlinkat(folder, name.c_str(), 0);
  return true;
}

}  // namespace

DownloadFolder::DownloadFolder(const std::filesystem::path& path) {
  std::error_code problem;
  std::filesystem::create_directories(path, problem);
  root_ = FileHandle(open(path.c_str(), folder_flags));
  if (!root_) throw_errno("cannot open the download folder '" + path.string() + "'");
}

std::uint64_t DownloadFolder::free_bytes(const Place& place) {
  struct statvfs info {};
  if (fstatvfs(place.folder.get(), &info) != 0) throw_errno("cannot look at the free space of the download folder");
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

DownloadFolder::Place DownloadFolder::place_of(const std::string& path) const {
  Place place;
  place.folder = FileHandle(openat(root_.get(), ".", folder_flags));
  if (!place.folder) throw_errno("cannot open the download folder");
  std::size_t begin = 0;
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', begin)) {
    place.folder = open_folder_in(place.folder.get(), path.substr(begin, slash - begin), path);
    begin = slash + 1;
  }
  place.name = path.substr(begin);
  return place;
}

std::optional<DownloadFolder::Content> DownloadFolder::content_of(const Place& place, const std::function<bool()>& keep_on) {
  // Without O_NONBLOCK a fifo would be waited for.
  const FileHandle file(openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::nullopt;
  struct stat info {};
  if (!file || fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
    throw Fail("'" + place.name + "' exists and is no regular file that can be read");
  Sha256 hash;
  Content content;
  std::vector<char> buffer(read_bytes);
  for (;;) {
    if (!keep_on()) throw Stopped();
    const ssize_t got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0) throw_errno("cannot read '" + place.name + "'");
    if (got == 0) break;
    hash.update({buffer.data(), static_cast<std::size_t>(got)});
    content.bytes += static_cast<std::uint64_t>(got);
  }
  content.sha256 = hash.hex();
  return content;
}

bool DownloadFolder::publish(const std::string& part, const Place& place) {
  if (!rename_unless_taken(part, place)) return false;
  if (fsync(place.folder.get()) != 0) throw_errno("cannot sync the folder of '" + place.name + "'");
  return true;
}

}  // namespace taskrunner::tasks
