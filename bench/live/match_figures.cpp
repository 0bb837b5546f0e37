#include "live_figures.hpp"

#include "core/task_document.hpp"
#include "query/compiled_query.hpp"

#include <chrono>

namespace taskrunner::bench {
namespace {

using Clock = std::chrono::steady_clock;

// The same documents and filters as in peer/match.mjs.
constexpr std::size_t documents = 1'000;

JsonObject document_of(std::size_t number) {
  TaskRecord task;
  task.id = ObjectId({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
  task.state = static_cast<TaskState>(number % 4);
  task.versioned_topic = "topic" + std::to_string(number % 10) + "#1";
  task.priority = static_cast<double>(number % 7);
  task.created_at_ms = task.updated_at_ms = 1'700'000'000'000 + static_cast<std::int64_t>(number);
  task.data = Json{{"user", Json{{"id", number % 100}}}, {"size", number}, {"name", "file" + std::to_string(number)}};
  return core::to_document(task);
}

constexpr const char* filters[][2] = {
    {"match_equality", R"({"state":"running"})"},
    {"match_two", R"({"state":{"$in":["running","paused"]},"versionedTopic":"topic3#1"})"},
    {"match_nested", R"({"data.user.id":42})"},
    {"match_in", R"({"data.user.id":{"$in":[1,5,9,13,17,21,25,29,33,37,41,45,49,53,57,61,65,69,73,77]}})"},
    {"match_or", R"({"$or":[{"priority":{"$gte":5}},{"data.size":{"$lt":100}}]})"},
};

}  // namespace

void measure_matching(Figures& figures) {
  std::vector<JsonObject> all;
  for (std::size_t i = 0; i < documents; ++i) all.push_back(document_of(i));
  for (const auto& [key, text] : filters) {
    Query query;
    query.filter = Json::parse(text);
    const CompiledQuery compiled = parse_query(query);
    constexpr int rounds = 500;
    std::size_t matched = 0;
    const auto start = Clock::now();
    for (int round = 0; round < rounds; ++round)
      for (const JsonObject& document : all) matched += compiled.matches(document) ? 1 : 0;
    const std::chrono::duration<double, std::nano> spent = Clock::now() - start;
    if (matched == 0) std::abort();  // it was looked at
    note(figures, key, spent.count() / (rounds * documents));
  }
}

}  // namespace taskrunner::bench
