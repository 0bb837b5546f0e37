#include "base/process_identity.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace taskrunner {
namespace {

/// A child that waits to be killed.
class Child {
 public:
  Child() {
    int ready[2];
    if (pipe(ready) != 0) abort();
    pid_ = fork();
    if (pid_ == 0) {
      close(ready[0]);
      close(ready[1]);
      while (true) pause();
    }
    close(ready[1]);
    char byte = 0;
    while (read(ready[0], &byte, 1) > 0) {
    }
    close(ready[0]);
  }
  ~Child() { kill_and_reap(); }

  void kill_it() { kill(pid_, SIGKILL); }
  /// Waits for its end and leaves it as a zombie.
  void wait_for_end() {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void kill_and_reap() {
    if (pid_ <= 0) return;
    kill_it();
    waitpid(pid_, nullptr, 0);
    reaped_ = std::exchange(pid_, 0);
  }
  pid_t pid() const { return pid_ ? pid_ : reaped_; }

 private:
  pid_t pid_ = 0;
  pid_t reaped_ = 0;
};

ProcessIdentity identity_of(const Child& child) {
  ProcessIdentity identity = this_process();
  identity.pid = child.pid();
  std::FILE* file = std::fopen(("/proc/" + std::to_string(child.pid()) + "/stat").c_str(), "r");
  long long start = 0;
  if (!file || std::fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %lld",
                           &start) != 1)
    ADD_FAILURE() << "the child's start time is not to be read";
  if (file) std::fclose(file);
  identity.pid_start = start;
  return identity;
}

TEST(ProcessIdentity, ThisProcessLives) {
  EXPECT_GT(this_process().pid_start, 0);
  EXPECT_FALSE(this_process().boot_id.empty());
  EXPECT_FALSE(has_ended(this_process()));
}

TEST(ProcessIdentity, AKilledProcessHasEndedBeforeItsParentAskedForIt) {
  Child child;
  const ProcessIdentity identity = identity_of(child);
  EXPECT_FALSE(has_ended(identity));
  child.kill_it();
  child.wait_for_end();
  EXPECT_TRUE(has_ended(identity)) << "a zombie";
  child.kill_and_reap();
  EXPECT_TRUE(has_ended(identity)) << "gone";
}

TEST(ProcessIdentity, AStoppedProcessLives) {
  Child child;
  const ProcessIdentity identity = identity_of(child);
  kill(child.pid(), SIGSTOP);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child.pid()), &info, WSTOPPED);
  EXPECT_FALSE(has_ended(identity));
}

TEST(ProcessIdentity, ItsIdBorneByAnotherProcessIsItsEnd) {
  ProcessIdentity earlier = this_process();
  earlier.pid_start -= 1;
  EXPECT_TRUE(has_ended(earlier));
}

TEST(ProcessIdentity, NothingIsKnownOfAnotherMachineAnotherBootOrAnotherNamespace) {
  ProcessIdentity other = this_process();
  other.pid = 999'999'999;
  ProcessIdentity boot = other;
  boot.boot_id = "00000000-0000-0000-0000-000000000000";
  ProcessIdentity space = other;
  space.pid_namespace += 1;
  EXPECT_TRUE(has_ended(other));
  EXPECT_FALSE(has_ended(boot));
  EXPECT_FALSE(has_ended(space));
  EXPECT_FALSE(has_ended(ProcessIdentity{}));
}

}  // namespace
}  // namespace taskrunner
