// chaos_host STORE PORT INSTANCE FILE: a host with one topic, count#1. Each run of a body is written to FILE, a JSON line at
// its beginning and one at its end, with the time of the machine's CLOCK_BOOTTIME, which all hosts here share.
#include <taskrunner/taskrunner.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace std::chrono_literals;
namespace tr = taskrunner;

std::int64_t boot_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000 + now.tv_nsec / 1'000'000;
}

/// Lines of several processes in one file: each is one write at the end of it, so none is torn by a kill.
class RunLog {
 public:
  explicit RunLog(const char* path) : file_(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {}

  void write(const char* what, const tr::Context& context, const std::string& instance) const {
    const std::string line = fmt::format(R"({{"what": "{}", "id": "{}", "epoch": {}, "host": "{}", "at": {}}})" "\n", what,
                                         context.task().id.hex(), context.epoch(), instance, boot_ms());
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
  }

 private:
  int file_;
};

struct Work {
  std::int64_t ms = 0;
  std::int64_t failures = 0;
};
BOOST_DESCRIBE_STRUCT(Work, (), (ms, failures))

/// What a body leaves behind, however it ends.
struct Run {
  const RunLog& log;
  const tr::Context& context;
  const std::string& instance;
  ~Run() { log.write("end", context, instance); }
};

void serve(char** argv) {
  tr::TaskRunnerOptions options;
  options.store = argv[1];
  options.listen = std::string("127.0.0.1:") + argv[2];
  options.instance = argv[3];
  options.session = 4s;
  options.drain = 1s;
  options.max_running = 500;
  const RunLog log(argv[4]);
  tr::TaskRunner runner(options);
  runner.handle("count#1", [&](Work work, tr::Context& context) -> tr::awaitable<tr::Json> {
    log.write("begin", context, options.instance);
    const Run run{log, context, options.instance};
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (std::int64_t spent_ms = 0; spent_ms < work.ms; spent_ms += 20) {
      timer.expires_after(20ms);
      co_await timer.async_wait(boost::asio::use_awaitable);
      context.progress({{"spent", spent_ms}, {"total", work.ms}});
      co_await context.checkpoint();
    }
    if (context.task().attempts <= work.failures) throw std::runtime_error("asked to fail");
    co_return tr::Json{{"epoch", context.epoch()}};
  }, {.pausable = true});
  runner.run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  try {
    serve(argv);
  } catch (const tr::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
