#include "api/many_tasks.hpp"

#include <taskrunner/error.hpp>

#include "api/request_json.hpp"

#include <fmt/format.h>

namespace taskrunner::api {
namespace {

struct Sorted {
  std::vector<AddResult> answers;   ///< of the malformed ones; the others are still empty
  std::vector<std::size_t> places;  ///< of the others
  std::vector<NewTask> tasks;
};

Sorted sort_out(const JsonArray& elements, std::int64_t now_ms) {
  Sorted sorted;
  sorted.answers.resize(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    try {
      sorted.tasks.push_back(new_task_from(elements[i], now_ms));
      sorted.places.push_back(i);
    } catch (const Error& error) {
      sorted.answers[i].error = error.code();
      sorted.answers[i].reason = error.what();
    }
  }
  return sorted;
}

}  // namespace

awaitable<std::vector<AddResult>> add_many(std::shared_ptr<RunnerLink> link, Json payload) {
  const JsonArray* elements = payload.if_array();
  if (!elements)
    throw Error(ErrorCode::invalid_argument, fmt::format("want a list of tasks, got {}", type_name(payload)));
  if (elements->size() > most_tasks_an_add)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} tasks in one list: at most {} at a time", elements->size(), most_tasks_an_add));
  Sorted sorted = sort_out(*elements, link->now_ms());
  if (!sorted.tasks.empty()) {
    std::vector<AddResult> added = co_await link->service().add(std::move(sorted.tasks));
    for (std::size_t i = 0; i < sorted.places.size(); ++i) {
      if (!added.at(i).error) ++link->adds;
      sorted.answers[sorted.places[i]] = std::move(added.at(i));
    }
  }
  co_return std::move(sorted.answers);
}

}  // namespace taskrunner::api
