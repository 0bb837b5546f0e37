// Many clients that never read, beside one that does.
#include "api/door_fixture.hpp"

#include <boost/asio/read.hpp>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>

namespace taskrunner::api {
namespace {

using Tcp = boost::asio::ip::tcp;

constexpr std::string_view upgrade =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

std::string masked(std::string_view text) {
  std::string frame{static_cast<char>(0x81), static_cast<char>(0x80 | text.size())};
  return frame.append(4, '\0').append(text);
}

std::size_t resident_bytes() {
  std::size_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

class ManySlowClientsTest : public DoorTest {
 protected:
  void add(std::size_t count, std::size_t bytes) {
    std::vector<NewTask> tasks(count);
    for (NewTask& task : tasks) {
      task.id = random->object_id(0);
      task.data = Json(std::string(bytes, 'x'));
      ids.push_back(task.id);
    }
    store->add(tasks);
  }
  /// A socket with a subscription to everything, that reads no more.
  Tcp::socket sleeper() {
    Tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), door.local_port()});
    boost::asio::write(socket, boost::asio::buffer(std::string(upgrade) + masked("40/tasks,")));
    std::string seen;
    const auto is_in = [&] {
      std::vector<char> bytes(socket.available());
      if (!bytes.empty()) seen.append(bytes.data(), socket.read_some(boost::asio::buffer(bytes)));
      return seen.find("40/tasks,{") != std::string::npos;
    };
    EXPECT_TRUE(net::testing::run_until(io, is_in));
    boost::asio::write(socket, boost::asio::buffer(masked(R"(42/tasks,1["subscribeQuery",{}])")));
    return socket;
  }
  /// The same as a stream of Server-Sent Events.
  Tcp::socket sleeping_stream() {
    Tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), door.local_port()});
    boost::asio::write(socket, boost::asio::buffer(std::string("GET /api/v1/tasks/watch HTTP/1.1\r\nHost: h\r\n\r\n")));
    std::array<char, 15> head{};
    const auto has_answered = [&] { return socket.available() >= head.size(); };
    EXPECT_TRUE(net::testing::run_until(io, has_answered));
    boost::asio::read(socket, boost::asio::buffer(head));
    EXPECT_EQ(std::string_view(head.data(), head.size()), "HTTP/1.1 200 OK");
    return socket;
  }
  /// As many commits, each of which is a change of every list; `reader` hears of all of them.
  void change(std::size_t count, SocketPeer& reader) {
    for (std::size_t i = 0; i < count; ++i) {
      const ObjectId id = ids[i % ids.size()];
      Transition transition = SignalTask{id, SignalOp::stop, "test"};
      if ((i / ids.size()) % 2 == 1) transition = RetryTask{id};
      store->apply(std::span(&transition, 1));
      const JsonArray event = reader.next();
      ASSERT_EQ(event[0].as_string(), "change");
      ASSERT_EQ(event[1].at("seq").as_int64(), ++seq);
    }
  }

  void expect_bounded_with(const std::function<Tcp::socket()>& fall_asleep) {
    add(50, 20'000);
    auto reader = peer();
    reader.ask("subscribeQuery", "{}");
    for (int i = 0; i < 50; ++i) sleepers.push_back(fall_asleep());
    const std::size_t before = resident_bytes();
    change(1'000, reader);  // 20 KB each for each: a gigabyte that nobody takes
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // A sanitizer keeps what was freed, and notes of its own.
    EXPECT_LT(resident_bytes(), before + 50 * most_each);
#else
    (void)before;
#endif
  }

  static constexpr std::size_t most_each = 3UL * 1024 * 1024;  ///< what may wait, and a list
  std::vector<ObjectId> ids;
  std::int64_t seq = 0;
  std::vector<Tcp::socket> sleepers;
};

TEST_F(ManySlowClientsTest, FiftyThatNeverReadTakeABoundedAmountAndOneThatDoesMissesNothing) {
  expect_bounded_with([this] { return sleeper(); });
  EXPECT_LT(metric("taskrunner_socketio_queued_bytes"), static_cast<std::int64_t>(50 * most_each));
}

TEST_F(ManySlowClientsTest, FiftyStreamsThatNobodyReadsTakeABoundedAmountAndOneThatReadsMissesNothing) {
  expect_bounded_with([this] { return sleeping_stream(); });
}

}  // namespace
}  // namespace taskrunner::api
