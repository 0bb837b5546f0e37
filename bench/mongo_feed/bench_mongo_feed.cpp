// bench_mongo_feed MONGODB-URL: see README.md.
#include "base/clock.hpp"
#include "base/random.hpp"
#include "doc/bson.hpp"
#include "store/mongo_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace taskrunner::store {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// A program of any kind: plain commands, each durable on the majority.
class Writer {
 public:
  explicit Writer(const MongoCollections& names) : names_(names), client_(names.pool->take()) {}

  std::vector<ObjectId> new_ids(std::size_t count) {
    std::vector<ObjectId> ids(count);
    for (ObjectId& id : ids) id = random_.object_id(system_clock().wall_ms());
    return ids;
  }
  void insert(const std::vector<ObjectId>& ids) {
    JsonArray documents;
    for (const ObjectId& id : ids) {
      documents.push_back(Json{{"_id", id}, {"state", "to do"}, {"versionedTopic", "bench#1"},
                               {"createdAt", "2026-01-01T00:00:00.000Z"}, {"updatedAt", "2026-01-01T00:00:00.000Z"},
                               {"data", std::string(100, 'x')}, {"rev", 1}});
    }
    run(Json{{"insert", names_.tasks}, {"documents", std::move(documents)}, {"ordered", false}, {"writeConcern", safe_}});
  }
  void update(const std::vector<ObjectId>& ids) {
    const Json filter{{"_id", Json{{"$in", JsonArray(ids.begin(), ids.end())}}}};
    const Json change{{"$set", Json{{"state", "completed"}, {"outcome", "success"}, {"rev", 2}}}};
    run(Json{{"update", names_.tasks}, {"updates", Json::array({Json{{"q", filter}, {"u", change}, {"multi", true}}})},
             {"writeConcern", safe_}});
  }
  void run(const Json& command) {
    const std::string bytes = encode_bson(command.as_object());
    bson_t request;
    bson_init_static(&request, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    bson_error_t error;
    if (!mongoc_client_command_simple(client_.get(), names_.database.c_str(), &request, nullptr, nullptr, &error))
      throw std::runtime_error(error.message);
  }

 private:
  const MongoCollections& names_;
  MongoPool::Client client_;
  Random random_{Random::system_seed()};
  const Json safe_{{"w", "majority"}, {"j", true}};
};

class Waiter {
 public:
  explicit Waiter(Feed& feed) : feed_(feed), cursor_(feed.now()), listener_(feed.listen([this] {
    std::lock_guard lock(mutex_);
    told_ = true;
    changed_.notify_one();
  })) {}
  std::vector<FeedEvent> next() {
    while (true) {
      FeedBatch batch = feed_.read(cursor_, 10'000);
      cursor_ = batch.next;
      if (batch.lost) throw std::runtime_error("the reader was too slow for the ring");
      if (!batch.events.empty()) return std::move(batch.events);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return told_; });
      told_ = false;
    }
  }

 private:
  Feed& feed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool told_ = false;
  FeedCursor cursor_;
  std::unique_ptr<Feed::Listener> listener_;
};

void print(std::string_view what, std::vector<double> times_ms) {
  std::sort(times_ms.begin(), times_ms.end());
  fmt::print("{:<44} p50 {:6.2f} ms   p99 {:6.2f} ms\n", what, times_ms[times_ms.size() / 2],
             times_ms[times_ms.size() * 99 / 100]);
}

void measure_idle(const MongoCollections& names, Waiter& waiter) {
  Writer writer(names);
  std::vector<double> times;
  for (int i = 0; i < 1'000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto sent = Clock::now();
    writer.insert(writer.new_ids(1));
    waiter.next();
    times.push_back(ms_since(sent));
  }
  print("idle: one insert, sent to read", times);
}

/// Batches of `batch`, `rate` events a second; each event's time counts from when its batch was sent.
void measure_rate(const MongoCollections& names, Waiter& waiter, std::size_t rate, std::size_t batch, std::size_t all) {
  std::mutex mutex;
  std::unordered_map<ObjectId, Clock::time_point> sent;
  std::jthread producer([&] {
    Writer writer(names);
    const auto begin = Clock::now();
    for (std::size_t done = 0; done < all; done += 2 * batch) {
      std::this_thread::sleep_until(begin + std::chrono::microseconds(done * 1'000'000 / rate));
      const auto ids = writer.new_ids(batch);
      {
        std::lock_guard lock(mutex);
        for (const ObjectId& id : ids) sent[id] = Clock::now();
      }
      writer.insert(ids);
      writer.update(ids);
    }
  });
  std::vector<double> times;
  const auto begin = Clock::now();
  for (std::size_t seen = 0; seen < all;) {
    const auto events = waiter.next();
    const auto now = Clock::now();
    seen += events.size();
    std::lock_guard lock(mutex);
    for (const FeedEvent& event : events) {
      if (event.kind != FeedEvent::Kind::insert) continue;
      times.push_back(std::chrono::duration<double, std::milli>(now - sent.at(event.id)).count());
    }
  }
  print(fmt::format("{:.0f} events/s, batches of {}", static_cast<double>(all) * 1'000 / ms_since(begin), batch), times);
}

void measure(const std::string& url) {
  const MongoCollections names = open_collections(parse_mongo_url(url));
  Writer(names).run(Json{{"dropDatabase", 1}});
  MongoFeed feed(names, std::make_shared<Random>(Random::system_seed()), {});
  feed.start();
  Waiter waiter(feed);
  Writer writer(names);
  writer.insert(writer.new_ids(1));
  waiter.next();
  measure_idle(names, waiter);
  measure_rate(names, waiter, 20'000, 200, 200'000);
  measure_rate(names, waiter, 1'000'000, 1'000, 300'000);
  const auto documents = feed.want_documents();
  fmt::print("with documents:\n");
  measure_idle(names, waiter);
  measure_rate(names, waiter, 10'000, 200, 100'000);
  measure_rate(names, waiter, 1'000'000, 1'000, 200'000);
  const auto counters = feed.counters();
  fmt::print("{} events in {} batches, {} looked up\n", counters.events, counters.batches, counters.looked_up);
}

}  // namespace
}  // namespace taskrunner::store

int main(int argc, char** argv) try {
  if (argc != 2) {
    fmt::print(stderr, "usage: bench_mongo_feed MONGODB-URL   (its database is dropped first)\n");
    return 2;
  }
  taskrunner::store::measure(argv[1]);
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_mongo_feed: {}\n", error.what());
  return 1;
}
