#include "live_figures.hpp"

#include "api/door.hpp"
#include "base/loop.hpp"
#include "base/random.hpp"
#include "core/runner.hpp"
#include "mongo/server_counts.hpp"
#include "store/memory_store.hpp"
#include "store/mongo_command.hpp"
#include "store/open_store.hpp"
#include "support/mongod.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>

namespace taskrunner::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Tcp = boost::asio::ip::tcp;

constexpr std::size_t connections = 20;
constexpr std::size_t queries_each = 50;
constexpr std::size_t changes = 5'000;
constexpr auto between_changes = std::chrono::microseconds(1'000);

/// When each revision of each task was committed.
class CommitTimes {
 public:
  void note(const std::string& id, std::int64_t rev) {
    std::lock_guard lock(mutex_);
    times_[{id, rev}] = Clock::now();
  }
  std::optional<double> ms_since(const std::string& id, std::int64_t rev) {
    const auto now = Clock::now();
    std::lock_guard lock(mutex_);
    const auto found = times_.find({id, rev});
    if (found == times_.end()) return std::nullopt;
    return std::chrono::duration<double, std::milli>(now - found->second).count();
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::int64_t>, Clock::time_point> times_;
};

/// One for each change that came to a client.
using Arrivals = std::counting_semaphore<>;

/// A websocket that subscribes and reads, on a thread of its own.
class Watcher {
 public:
  Watcher(std::uint16_t port, CommitTimes& times, Arrivals& arrived) : socket_(io_), times_(times), arrived_(arrived) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    send_raw("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
             "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    boost::asio::read_until(socket_, buffer_, "\r\n\r\n");
    const auto data = buffer_.data();
    const std::string text(boost::asio::buffers_begin(data), boost::asio::buffers_end(data));
    buffer_.consume(text.find("\r\n\r\n") + 4);
    send("40/tasks,");
    while (next().find("\"sid\"", 1) == std::string::npos || last_.starts_with('0')) {}
  }
  void subscribe(const std::string& id) {
    send(R"(42/tasks,1["subscribeQuery",{"queryObj":{"id":")" + id + R"("}}])");
    while (!next().starts_with("43/tasks,1")) {}
  }
  /// Until the connection ends.
  void read() {
    try {
      while (true) take(next());
    } catch (const boost::system::system_error&) {
    }
  }
  /// read() returns. From any thread.
  void end() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }
  std::vector<double> latencies;

 private:
  void take(const std::string& text) {
    if (text == "2") return send("3");
    const auto id = text.find(R"("id":")"), rev = text.find(R"("rev":)");
    if (id == std::string::npos || rev == std::string::npos) return;
    const auto ms = times_.ms_since(text.substr(id + 6, 24), std::atoll(text.c_str() + rev + 6));
    if (!ms) return;
    latencies.push_back(*ms);
    arrived_.release();
  }
  const std::string& next() {
    need(2);
    const auto head = bytes(2);
    std::size_t size = head[1] & 0x7f;
    if (size >= 126) {
      const auto more = bytes(size == 126 ? 2 : 8);
      size = 0;
      for (const unsigned char c : more) size = size << 8 | c;
    }
    const auto payload = bytes(size);
    return last_ = std::string(payload.begin(), payload.end());
  }
  std::vector<unsigned char> bytes(std::size_t count) {
    need(count);
    const auto data = buffer_.data();
    std::vector<unsigned char> out(boost::asio::buffers_begin(data), boost::asio::buffers_begin(data) + static_cast<std::ptrdiff_t>(count));
    buffer_.consume(count);
    return out;
  }
  void need(std::size_t count) {
    if (buffer_.size() < count) boost::asio::read(socket_, buffer_, boost::asio::transfer_at_least(count - buffer_.size()));
  }
  void send(const std::string& text) {
    std::string frame{static_cast<char>(0x81)};
    frame += static_cast<char>(0x80 | text.size());
    send_raw(frame.append(4, '\0') + text);
  }
  void send_raw(const std::string& raw) { boost::asio::write(socket_, boost::asio::buffer(raw)); }

  boost::asio::io_context io_;
  Tcp::socket socket_;
  boost::asio::streambuf buffer_;
  std::string last_;
  CommitTimes& times_;
  Arrivals& arrived_;
};

std::vector<NewTask> tasks_for(Random& random, std::size_t count) {
  std::vector<NewTask> tasks(count);
  for (NewTask& task : tasks) {
    task.id = random.object_id(0);
    task.data = Json{{"text", std::string(60, 'x')}};
  }
  return tasks;
}

/// Each change ends a task, or lets it be run again; the time is that after the commit.
void change_at_a_rate(Store& store, const std::vector<NewTask>& tasks, CommitTimes& times) {
  auto next = Clock::now();
  for (std::size_t i = 0; i < changes; ++i, next += between_changes) {
    std::this_thread::sleep_until(next);
    const ObjectId id = tasks[i % tasks.size()].id;
    Transition transition = SignalTask{id, SignalOp::stop, "bench"};
    if ((i / tasks.size()) % 2 == 1) transition = RetryTask{id};
    times.note(id.hex(), static_cast<std::int64_t>(1 + i / tasks.size()));  // before: what the feed takes counts too
    store.apply(std::span(&transition, 1));
  }
}

/// Another program of a database that many share: each 10 ms it changes ten tasks by one command.
void change_from_elsewhere(const std::string& url, const std::vector<NewTask>& tasks, CommitTimes& times) {
  constexpr std::size_t at_once = 10;
  store::MongoCommands commands(store::open_collections(store::parse_mongo_url(url)));
  auto next = Clock::now();
  for (std::size_t i = 0; i < changes; i += at_once, next += at_once * between_changes) {
    std::this_thread::sleep_until(next);
    JsonArray ids;
    for (std::size_t n = i; n < i + at_once; ++n) {
      ids.push_back(tasks[n % tasks.size()].id);
      times.note(tasks[n % tasks.size()].id.hex(), static_cast<std::int64_t>(1 + n / tasks.size()));
    }
    commands.update(commands.names().tasks,
                    {Json{{"q", Json{{"_id", Json{{"$in", std::move(ids)}}}}}, {"u", Json{{"$inc", Json{{"rev", 1}}}}}, {"multi", true}}},
                    store::WriteTries::once);
  }
}

using Change = std::function<void(const std::vector<NewTask>& tasks, CommitTimes& times)>;

/// Milliseconds from the commit of each change until a client has it.
std::vector<double> latencies_of(const std::shared_ptr<Store>& store, const Change& change) {
  auto random = std::make_shared<Random>(1);
  core::Runner runner({"bench", "http://127.0.0.1:1"}, store, random, system_clock());
  Loop loop("door");
  api::Door door(loop.context(), {});
  door.start();
  door.attach(runner, {"/tasks"});
  loop.start();
  const std::vector<NewTask> tasks = tasks_for(*random, connections * queries_each);
  store->add(tasks);
  CommitTimes times;
  Arrivals arrived(0);
  std::vector<std::unique_ptr<Watcher>> watchers;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < connections; ++i) {
    watchers.push_back(std::make_unique<Watcher>(door.local_port(), times, arrived));
    for (std::size_t n = 0; n < queries_each; ++n) watchers.back()->subscribe(tasks[i * queries_each + n].id.hex());
    threads.emplace_back([watcher = watchers.back().get()] { watcher->read(); });
  }
  change(tasks, times);
  for (std::size_t i = 0; i < changes; ++i)
    if (!arrived.try_acquire_for(std::chrono::seconds(10))) throw Error(ErrorCode::internal, "a change did not arrive");
  for (const auto& watcher : watchers) watcher->end();
  for (std::thread& thread : threads) thread.join();
  door.detach(runner);
  door.stop();
  loop.stop();
  std::vector<double> all;
  for (const auto& watcher : watchers) all.insert(all.end(), watcher->latencies.begin(), watcher->latencies.end());
  return all;
}

}  // namespace

void measure_sockets(Figures& figures) {
  const auto store = std::make_shared<store::MemoryStore>(system_clock(), std::make_shared<Random>(2), KeepPolicy());
  const auto ms = latencies_of(store, [&](const auto& tasks, CommitTimes& times) { change_at_a_rate(*store, tasks, times); });
  note(figures, "socket_p50", percentile(ms, 0.5));
  note(figures, "socket_p99", percentile(ms, 0.99));
}

void measure_sockets_on_mongo(Figures& figures) {
  test::Mongod server;
  const std::string url = server.fresh_url();
  double reads = 0;
  const auto ms = latencies_of(store::open_store(url, {}), [&](const auto& tasks, CommitTimes& times) {
    const double before = count_at_server(url).finds;
    change_from_elsewhere(url, tasks, times);
    reads = count_at_server(url).finds - before;
  });
  note(figures, "mongo_p50", percentile(ms, 0.5));
  note(figures, "mongo_p99", percentile(ms, 0.99));
  note(figures, "mongo_reads", reads);
}

}  // namespace taskrunner::bench
