#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace taskrunner::test {

/// A throwaway MongoDB replica set (tests/support/mongod), which ends with this object or with this process. Test
/// programs run in the project's root.
class Mongod {
 public:
  /// `arguments` are the script's. Throws std::runtime_error where it does not start.
  explicit Mongod(const std::vector<std::string>& arguments = {});
  ~Mongod();
  Mongod(const Mongod&) = delete;
  Mongod& operator=(const Mongod&) = delete;

  /// One for the whole program, started at its first use.
  static Mongod& shared();

  /// A store's URL in that database.
  std::string url(const std::string& database) const;
  /// The same with a database that nobody else has.
  std::string fresh_url();
  const std::vector<pid_t>& pids() const { return pids_; }

 private:
  std::string uri_;
  std::vector<pid_t> pids_;
  pid_t script_ = 0;
  int lifeline_ = -1;  ///< the script's standard input
  int databases_ = 0;
};

}  // namespace taskrunner::test
