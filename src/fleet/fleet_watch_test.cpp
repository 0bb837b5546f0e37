#include "fleet/fleet_watch.hpp"

#include "base/process_identity.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace taskrunner::fleet {
namespace {

const ObjectId own = *ObjectId::from_hex("00000000000000000000000a");
const ObjectId other = *ObjectId::from_hex("00000000000000000000000b");

/// Another host: a process of its own that lets itself be watched, and writes a byte when it is.
class OtherHost {
 public:
  OtherHost() {
    int ends[2];
    if (pipe(ends) != 0) abort();
    pid_ = fork();
    if (pid_ == 0) serve(ends[1]);
    close(ends[1]);
    pipe_ = ends[0];
    char length = 0;
    read_exactly(&length, 1);
    address_.resize(static_cast<std::size_t>(length));
    read_exactly(address_.data(), address_.size());
  }
  ~OtherHost() {
    if (pid_ > 0) kill_it();
    close(pipe_);
  }

  void wait_until_watched() {
    char byte = 0;
    read_exactly(&byte, 1);
  }
  void kill_it() {
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  const std::string& address() const { return address_; }

 private:
  [[noreturn]] static void serve(int pipe) {
    boost::asio::io_context io;
    const auto listener = std::make_shared<WatchListener>(io);
    listener->start("127.0.0.1");
    listener->set_session(other);
    const char length = static_cast<char>(listener->address().size());
    (void)!write(pipe, &length, 1);
    (void)!write(pipe, listener->address().data(), listener->address().size());
    while (listener->watchers() == 0) io.run_one();
    (void)!write(pipe, "w", 1);
    io.run();
    _exit(0);
  }
  void read_exactly(char* to, std::size_t size) {
    while (size > 0) {
      const ssize_t count = read(pipe_, to, size);
      if (count <= 0) abort();
      to += count;
      size -= static_cast<std::size_t>(count);
    }
  }

  pid_t pid_ = 0;
  int pipe_ = -1;
  std::string address_;
};

struct FleetWatchTest : testing::Test {
  /// Runs the loop until the other host is reported, at most ten seconds; true where it was.
  bool is_reported(DeathProof proof, SessionInfo session) {
    FleetHost host;
    host.own_session = [] { return own; };
    host.list_sessions = [&](const auto& answer) {
      boost::asio::post(io, [answer, session] { answer({session}); });
    };
    bool is_dead = false;
    host.report_dead = [&](const SessionInfo& dead, const std::string&) {
      is_dead = dead.id == other;
      io.stop();
    };
    const auto watch = std::make_shared<FleetWatch>(io, system_clock(), proof, host);
    watch->start("127.0.0.1");
    io.run_for(std::chrono::seconds(10));
    watch->stop();
    watch->stop();
    return is_dead;
  }

  boost::asio::io_context io;
};

SessionInfo session_at(const std::string& address) {
  SessionInfo session;
  session.id = other;
  session.watch_address = address;
  return session;
}

TEST_F(FleetWatchTest, AKilledHostIsReportedByItsWatcher) {
  OtherHost host;
  std::thread killer([&] {
    host.wait_until_watched();
    host.kill_it();
  });
  EXPECT_TRUE(is_reported(DeathProof::peers, session_at(host.address())));
  killer.join();
}

TEST_F(FleetWatchTest, AProcessThatHasEndedOnThisMachineIsReported) {
  SessionInfo session = session_at("");
  session.process = this_process();
  session.process.pid_start -= 1;
  EXPECT_TRUE(is_reported(DeathProof::local, session));
}

TEST_F(FleetWatchTest, AnAddressWhereNobodyEverAnsweredProvesNothing) {
  std::string address;
  {
    OtherHost host;
    address = host.address();
  }
  boost::asio::steady_timer enough(io, std::chrono::seconds(3));  // more than the time in which a proof is made
  enough.async_wait([&](auto) { io.stop(); });
  EXPECT_FALSE(is_reported(DeathProof::peers, session_at(address)));
}

TEST_F(FleetWatchTest, NothingIsProvenWhereItIsTurnedOff) {
  SessionInfo session = session_at("");
  session.process = this_process();
  session.process.pid_start -= 1;
  boost::asio::post(io, [&] { boost::asio::post(io, [&] { io.stop(); }); });
  EXPECT_FALSE(is_reported(DeathProof::off, session));
}

}  // namespace
}  // namespace taskrunner::fleet
