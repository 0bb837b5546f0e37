#include "auth/secret_file.hpp"

#include <taskrunner/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace taskrunner::auth {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 8UL * 1024 * 1024;
constexpr std::size_t shortest_secret = 32;
constexpr mode_t only_owner = 0600;
constexpr mode_t others = 077;

[[noreturn]] void throw_failed(const std::string& what, const std::string& path) {
  throw Error(ErrorCode::invalid_argument, what + " " + path + ": " + std::generic_category().message(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

std::string read_all(const Descriptor& file, const std::string& path) {
  std::string text;
  std::string buffer(64UL * 1024, '\0');
  while (true) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_failed("cannot read", path);
    if (count == 0) return text;
    text.append(buffer, 0, static_cast<std::size_t>(count));
    if (text.size() > most_bytes) throw Error(ErrorCode::invalid_argument, path + " is too large to hold secrets");
  }
}

void write_all(const Descriptor& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = write(file.get(), text.data(), text.size());
    if (count < 0 && errno != EINTR) throw_failed("cannot write", path);
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (fsync(file.get()) != 0) throw_failed("cannot write", path);
}

/// Root may change the file of the user who runs the host: it stays that user's.
void keep_owner(const Descriptor& fresh, const std::string& path) {
  struct stat was{};
  if (stat(path.c_str(), &was) == 0 && (was.st_uid != geteuid() || was.st_gid != getegid()) &&
      fchown(fresh.get(), was.st_uid, was.st_gid) != 0)
    throw_failed("cannot leave its owner to", path);
}

void replace(const std::string& path, std::string_view text, const Descriptor& folder) {
  const std::string fresh_path = path + "." + std::to_string(getpid()) + ".new";
  try {
    const Descriptor fresh(open(fresh_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, only_owner));
    if (!fresh) throw_failed("cannot write", fresh_path);
    if (fchmod(fresh.get(), only_owner) != 0) throw_failed("cannot hide", fresh_path);
    keep_owner(fresh, path);
    write_all(fresh, text, fresh_path);
    if (rename(fresh_path.c_str(), path.c_str()) != 0) throw_failed("cannot replace", path);
  } catch (const Error&) {
    unlink(fresh_path.c_str());
    throw;
  }
  if (fsync(folder.get()) != 0) throw_failed("cannot write the folder of", path);
}

}  // namespace

std::string read_secret_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw_failed("cannot read", path);
  return read_all(file, path);
}

std::string read_shared_secret(const std::string& path) {
  std::string secret = read_secret_file(path);
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  if (secret.size() < shortest_secret)
    throw Error(ErrorCode::invalid_argument,
                path + " holds no secret of 32 bytes or more; `openssl rand -base64 32` makes one");
  return secret;
}

TokenList read_token_file(const std::string& path) {
  const std::string text = read_secret_file(path);
  try {
    return TokenList(text);
  } catch (const Error& error) {
    throw Error(error.code(), path + ": " + error.what());
  }
}

bool is_private_file(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) throw_failed("cannot look at", path);
  return (found.st_mode & others) == 0;
}

void change_private_file(const std::string& given, const std::function<std::string(std::string_view text)>& change) {
  const fs::path whole = fs::weakly_canonical(fs::absolute(given));  // a link stays one
  const std::string path = whole.string();
  const std::string folder_path = whole.parent_path().string();
  const Descriptor folder(open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw_failed("cannot open the folder", folder_path);
  if (flock(folder.get(), LOCK_EX) != 0) throw_failed("cannot lock the folder", folder_path);
  std::string text;
  if (const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC)); file)
    text = read_all(file, path);
  else if (errno != ENOENT)
    throw_failed("cannot read", path);
  replace(path, change(text), folder);
}

}  // namespace taskrunner::auth
