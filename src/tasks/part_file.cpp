#include "tasks/part_file.hpp"

#include <taskrunner/context.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

namespace taskrunner::tasks {
namespace {

constexpr std::size_t read_bytes = 256 * 1024;

[[noreturn]] void throw_write_error(std::uint64_t size) {
  const int problem = errno;
  const bool full = problem == ENOSPC || problem == EDQUOT || problem == EFBIG;
  throw_errno((full ? "no more space for the download after " : "cannot write the download after ") +
                  std::to_string(size) + " bytes",
              problem);
}

}  // namespace

std::string part_name_of(const ObjectId& task) { return "." + task.hex() + ".part"; }

std::optional<ObjectId> task_of_part(std::string_view name) {
  if (name.size() != 30 || !name.starts_with('.') || !name.ends_with(".part")) return std::nullopt;
  const auto id = ObjectId::from_hex(name.substr(1, 24));
  return id && part_name_of(*id) == name ? id : std::nullopt;
}

PartFile::PartFile(int folder, std::string name) : folder_(folder), name_(std::move(name)) {
  struct stat info {};
  do {  // a sweep may take the name away between opening and locking
    file_ = FileHandle(openat(folder, name_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    if (!file_) throw_errno("cannot write '" + name_ + "' below the download folder");
    if (flock(file_.get(), LOCK_EX | LOCK_NB) != 0) throw_errno("another process writes '" + name_ + "'");
    if (fstat(file_.get(), &info) != 0) throw_errno("cannot look at '" + name_ + "'");
    if (!S_ISREG(info.st_mode)) throw Fail("'" + name_ + "' below the download folder is no regular file");
  } while (info.st_nlink == 0);
  size_ = static_cast<std::uint64_t>(info.st_size);
}

void PartFile::keep_first(std::uint64_t bytes, const std::function<bool()>& keep_on) {
  const auto kept = std::min<std::uint64_t>(bytes, size_);
  if (ftruncate(file_.get(), static_cast<off_t>(kept)) != 0) throw_errno("cannot shorten '" + name_ + "'");
  hash_.restart();
  std::vector<char> buffer(read_bytes);
  for (std::uint64_t at = 0; at < kept;) {
    if (!keep_on()) throw Stopped();
    const ssize_t got = pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(at));
    if (got <= 0) throw_errno("cannot read '" + name_ + "'");
    hash_.update({buffer.data(), static_cast<std::size_t>(got)});
    at += static_cast<std::uint64_t>(got);
  }
  size_ = kept;
}

void PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_.load()));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_write_error(size_);
    // What is hashed is what stands in the file, also where the rest of the piece finds no room.
    hash_.update(bytes.substr(0, static_cast<std::size_t>(written)));
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void PartFile::clear() {
  keep_first(0, [] { return true; });
}

void PartFile::sync() {
  if (fdatasync(file_.get()) != 0) throw_write_error(size_);
}

void PartFile::remove() { unlinkat(folder_, name_.c_str(), 0); }

}  // namespace taskrunner::tasks
