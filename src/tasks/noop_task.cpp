#include "tasks/noop_task.hpp"

namespace taskrunner::tasks {
namespace {

class NoopTask final : public Task {
 public:
  awaitable<Json> run(Context& context) override { co_return context.task().data.value_or(Json()); }
};

}  // namespace

std::unique_ptr<Task> NoopFactory::make(const TaskRecord&) { return std::make_unique<NoopTask>(); }

}  // namespace taskrunner::tasks
