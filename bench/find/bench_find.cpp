// How long a list takes where there are many tasks. See README.md beside.

#include "core/record_importer.hpp"
#include "report/figures.hpp"
#include "report/options.hpp"
#include "report/temporary_folder.hpp"
#include "store/open_store.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

namespace taskrunner::bench {
namespace {

constexpr std::size_t batch = 1'000;
constexpr std::size_t running = 100;

struct List {
  const char* key;
  const char* name;
  const char* filter;
  const char* sort;
};

constexpr List lists[] = {
    {"newest", "all, newest first (the page)", "{}", R"({"createdAt": -1})"},
    {"oldest", "all, oldest first", "{}", R"({"createdAt": 1})"},
    {"changed", "all, last changed first", "{}", R"({"updatedAt": -1})"},
    {"priority", "all, highest priority first", "{}", R"({"priority": -1, "createdAt": 1})"},
    {"by_id", "all, by id (HTTP)", "{}", "{}"},
    {"running", "running, newest first", R"({"state": {"$in": ["running"]}})", R"({"createdAt": -1})"},
    {"paused", "paused, of which there is none, newest first", R"({"state": {"$in": ["paused"]}})", R"({"createdAt": -1})"},
    {"to_do", "to do, newest first", R"({"state": {"$in": ["to do"]}})", R"({"createdAt": -1})"},
    {"failed", "failed or dead, newest first", R"({"outcome": {"$in": ["failed", "dead"]}})", R"({"createdAt": -1})"},
    {"running_or_failed", "running, failed or dead, newest first",
     R"({"$or": [{"state": {"$in": ["running"]}}, {"outcome": {"$in": ["failed", "dead"]}}]})", R"({"createdAt": -1})"},
    {"topic", "one topic, completed, last changed first",
     R"({"state": "completed", "versionedTopic": {"$in": ["noop#1"]}})", R"({"updatedAt": -1})"},
    {"data", "by a value in data that none has", R"({"data.n": 2})", R"({"createdAt": -1})"},
};

/// Goes on by a millisecond a thousand tasks.
class Filler {
 public:
  explicit Filler(Store& store) : store_(store) {}

  void fill(std::size_t count) {
    const std::size_t to_do = count / 100 + running;
    for (std::size_t done = 0; done < count; done += batch) {
      std::vector<TaskRecord> tasks;
      for (std::size_t i = done; i < std::min(done + batch, count); ++i) tasks.push_back(task(i, i + to_do >= count));
      dynamic_cast<core::RecordImporter&>(store_).import_records(tasks);
    }
    claim();
  }

 private:
  TaskRecord task(std::size_t number, bool to_do) {
    TaskRecord task;
    task.created_at_ms = start_ms_ + static_cast<std::int64_t>(number / batch);
    task.updated_at_ms = task.created_at_ms + 10;
    task.id = random_.object_id(task.created_at_ms);
    task.versioned_topic = number % 10 ? "noop#1" : "other#1";
    task.data = Json{{"text", std::string(80, 'x')}, {"n", 1}};
    if (number % 7 == 0) task.priority = static_cast<double>(number % 5);
    if (to_do) return task;
    task.state = TaskState::completed;
    task.outcome = number % 100 ? TaskOutcome::success : TaskOutcome::failed;
    task.completed_at_ms = task.updated_at_ms;
    task.delete_at_ms = task.updated_at_ms + 86'400'000;
    task.response = Json{{"ok", true}};
    return task;
  }

  void claim() {
    ClaimRequest request;
    request.token = random_.object_id(start_ms_);
    request.session = random_.object_id(start_ms_);
    request.worker = "bench:8080";
    request.topics = {{"noop#1", running, {true, false, false}}};
    request.limit = running;
    SessionInfo session;
    session.id = request.session;
    session.instance = request.worker;
    store_.open_session(session, 3'600'000);
    store_.claim(request);
  }

  Store& store_;
  Random random_{1};
  const std::int64_t start_ms_ = system_clock().wall_ms() - 3'600'000;
};

void measure(Store& store, const List& list, std::vector<Figure>& figures) {
  Query query;
  query.filter = Json::parse(list.filter);
  query.sort = Json::parse(list.sort);
  query.limit = 50;
  const auto start = std::chrono::steady_clock::now();
  store.find(query);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  note(figures, list.key, took.count());
}

int run(const Options& options) {
  const TemporaryFolder folder(options.folder);
  const auto store = store::open_store("sqlite:" + folder.file("find.db"), {});
  Filler(*store).fill(options.tasks);
  std::vector<Figure> figures;
  for (const List& list : lists) figures.push_back({list.key, list.name, "ms", 0, {}});
  for (std::size_t i = 0; i < options.runs; ++i)
    for (const List& list : lists) measure(*store, list, figures);
  if (options.as_json) {
    fmt::print("{}", to_json(figures));
    return 0;
  }
  fmt::print("the first 50 of {} tasks, {} runs\n\n{}", options.tasks, options.runs, to_markdown(figures));
  return 0;
}

}  // namespace
}  // namespace taskrunner::bench

int main(int count, char** arguments) {
  try {
    taskrunner::bench::Options defaults;
    defaults.tasks = 1'000'000;
    return taskrunner::bench::run(taskrunner::bench::read_options(count, arguments, defaults));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_find: {}\n", error.what());
    return 1;
  }
}
