#include "app/wait_for_end.hpp"

#include <algorithm>

namespace taskrunner::app {
namespace {

constexpr std::size_t batch_events = 1'000;

}  // namespace

FeedWaiter::FeedWaiter(Feed& feed) : feed_(feed), cursor_(feed.now()) {
  listener_ = feed.listen([this] {
    std::lock_guard lock(mutex_);
    told_ = true;
    changed_.notify_all();
  });
}

FeedBatch FeedWaiter::wait_until(std::optional<std::chrono::steady_clock::time_point> until) {
  FeedBatch batch = feed_.read(cursor_, batch_events);
  while (batch.events.empty() && !batch.lost) {
    std::unique_lock lock(mutex_);
    const auto is_told = [&] { return told_ || stopped_; };
    if (until) {
      if (!changed_.wait_until(lock, *until, is_told)) return {};
    } else {
      changed_.wait(lock, is_told);
    }
    if (stopped_) return {};
    told_ = false;
    lock.unlock();
    batch = feed_.read(cursor_, batch_events);
  }
  cursor_ = batch.next;
  return batch;
}

void FeedWaiter::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool FeedWaiter::stopped() const {
  std::lock_guard lock(mutex_);
  return stopped_;
}

std::optional<TaskRecord> wait_for_end(Store& store, const ObjectId& id, std::optional<std::chrono::milliseconds> timeout) {
  std::optional<std::chrono::steady_clock::time_point> until;
  if (timeout) until = std::chrono::steady_clock::now() + *timeout;
  FeedWaiter waiter(store.feed());
  while (true) {
    const TaskPtr task = store.get(id);
    if (!task) throw Error(ErrorCode::not_found, "there is no task " + id.hex());
    if (task->state == TaskState::completed) return *task;
    for (bool concerned = false; !concerned;) {
      const FeedBatch batch = waiter.wait_until(until);
      if (batch.events.empty() && !batch.lost) return std::nullopt;
      concerned = batch.lost || std::any_of(batch.events.begin(), batch.events.end(),
                                            [&](const FeedEvent& event) { return event.id == id; });
    }
  }
}

}  // namespace taskrunner::app
