#include "api/add_tasks.hpp"

#include <taskrunner/error.hpp>

#include "api/request_json.hpp"
#include "core/state_machine.hpp"

#include <fmt/format.h>

namespace taskrunner::api {
namespace {

NewTask permitted_task_from(const Json& payload, const Identity& who, std::int64_t now_ms) {
  NewTask task = new_task_from(payload, now_ms);
  if (!who.name.empty()) task.applicant = who.name;
  if (!who.access->permits_topic(task.versioned_topic))
    throw Error(ErrorCode::invalid_argument, core::no_host_runs(task.versioned_topic));
  if (!who.access->permits(core::new_record(task, now_ms)))
    throw Error(ErrorCode::not_permitted, "you may not add such a task: you would not see it");
  return task;
}

struct Sorted {
  std::vector<AddResult> answers;   ///< of what is refused at once; the others are still empty
  std::vector<std::size_t> places;  ///< of the others
  std::vector<NewTask> tasks;
};

Sorted sort_out(const JsonArray& elements, const Identity& who, std::int64_t now_ms) {
  Sorted sorted;
  sorted.answers.resize(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    try {
      sorted.tasks.push_back(permitted_task_from(elements[i], who, now_ms));
      sorted.places.push_back(i);
    } catch (const Error& error) {
      sorted.answers[i].error = error.code();
      sorted.answers[i].reason = error.what();
    }
  }
  return sorted;
}

awaitable<std::vector<AddResult>> add(std::shared_ptr<RunnerLink> link, IdentityPtr who, std::vector<NewTask> tasks) {
  std::vector<AddResult> added = co_await link->service().add(std::move(tasks));
  for (AddResult& result : added) {
    result = permitted_result(std::move(result), *who->access);
    if (!result.error) ++link->adds;
  }
  co_return added;
}

}  // namespace

awaitable<AddResult> add_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, Json payload) {
  who->want(Right::act, "add");
  std::vector<NewTask> tasks;
  tasks.push_back(permitted_task_from(payload, *who, link->now_ms()));
  std::vector<AddResult> added = co_await add(link, who, std::move(tasks));
  task_or_throw(added.at(0));
  co_return std::move(added[0]);
}

awaitable<std::vector<AddResult>> add_tasks(std::shared_ptr<RunnerLink> link, IdentityPtr who, Json payload) {
  who->want(Right::act, "add");
  const JsonArray* elements = payload.if_array();
  if (!elements)
    throw Error(ErrorCode::invalid_argument, fmt::format("want a list of tasks, got {}", type_name(payload)));
  if (elements->size() > most_tasks_an_add)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} tasks in one list: at most {} at a time", elements->size(), most_tasks_an_add));
  Sorted sorted = sort_out(*elements, *who, link->now_ms());
  if (!sorted.tasks.empty()) {
    std::vector<AddResult> added = co_await add(link, who, std::move(sorted.tasks));
    for (std::size_t i = 0; i < sorted.places.size(); ++i) sorted.answers[sorted.places[i]] = std::move(added.at(i));
  }
  co_return std::move(sorted.answers);
}

}  // namespace taskrunner::api
