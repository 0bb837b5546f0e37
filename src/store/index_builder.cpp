#include "store/index_builder.hpp"

#include <taskrunner/error.hpp>

#include "base/log.hpp"
#include "store/mongo_indexes.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace taskrunner::store {

/// What the thread works on; its own where the builder is gone.
struct IndexBuilder::Background : std::enable_shared_from_this<Background> {
  explicit Background(MongoCollections collections) : names(std::move(collections)) {}

  void begin(std::vector<Json> indexes) {
    std::lock_guard lock(mutex);
    if (is_stopped) return;
    wanted = std::move(indexes);
    if (std::exchange(is_running, true)) return;
    std::thread([self = shared_from_this()] { self->run(); }).detach();
  }

  void run() {
    std::unique_lock lock(mutex);
    while (!wanted.empty() && !is_stopped) {
      const std::vector<Json> indexes = std::exchange(wanted, {});
      lock.unlock();
      build(indexes);
      lock.lock();
    }
    is_running = false;
    ended.notify_all();
  }

  void build(const std::vector<Json>& indexes) {
    log_info("{}: building {} indexes in the background", names.shown, indexes.size());
    try {
      constexpr std::int32_t a_day_ms = 24 * 3'600'000;
      MongoCollections patient = names;
      patient.pool = std::make_shared<MongoPool>(names.url, MongoTimeOuts{.answer_ms = a_day_ms});
      MongoCommands commands(patient);
      for (const Json& index : indexes) make_index(commands, index);
      log_info("{}: the indexes are built", names.shown);
    } catch (const Error& error) {
      log_error("{}: the indexes were not built: {}", names.shown, error.what());
    }
  }

  void stop() {
    std::unique_lock lock(mutex);
    is_stopped = true;
    ended.wait_for(lock, std::chrono::seconds(2), [this] { return !is_running; });
  }

  const MongoCollections names;
  std::mutex mutex;
  std::condition_variable ended;
  std::vector<Json> wanted;  ///< what is to be built next
  bool is_running = false;
  bool is_stopped = false;
};

IndexBuilder::IndexBuilder(MongoCommands& commands)
    : commands_(commands), background_(std::make_shared<Background>(commands.names())) {}

void IndexBuilder::make_missing(const std::vector<Json>& needed) {
  const std::vector<std::string> missing = missing_indexes(commands_, needed);
  std::vector<Json> wanted;
  for (const Json& one : needed)
    if (std::find(missing.begin(), missing.end(), one.at("name").as_string()) != missing.end()) wanted.push_back(one);
  if (wanted.empty()) return;
  if (!is_empty()) return background_->begin(std::move(wanted));
  for (const Json& one : wanted) make_index(commands_, one);
}

void IndexBuilder::stop() { background_->stop(); }

bool IndexBuilder::is_empty() {
  bool empty = true;
  commands_.find(commands_.names().tasks, {}, Json{{"limit", 1}, {"projection", Json{{"_id", 1}}}}.as_object(),
                 [&](std::string_view) { empty = false; }, MongoCommands::Reads::newest);
  return empty;
}

}  // namespace taskrunner::store
