#include "app/store_watch.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace taskrunner::app {
namespace {

constexpr std::size_t batch_events = 1'000;
constexpr auto least_period = std::chrono::milliseconds(100);

bool is_same(const std::vector<TaskPtr>& a, const std::vector<TaskPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const TaskPtr& x, const TaskPtr& y) { return x->id == y->id && x->rev == y->rev; });
}

class StoreWatch final : public Watch {
 public:
  StoreWatch(std::shared_ptr<Store> store, Query query, std::function<void(const std::vector<TaskPtr>&)> on_change)
      : store_(std::move(store)), query_(std::move(query)), on_change_(std::move(on_change)), waiter_(store_->feed()) {
    std::vector<TaskPtr> first = store_->find(query_);  // a wrong query is the caller's error, here and now
    thread_ = std::thread([this, list = std::move(first)]() mutable { run(std::move(list)); });
  }
  ~StoreWatch() override {
    waiter_.stop();
    thread_.join();
  }

 private:
  void run(std::vector<TaskPtr> list) {
    on_change_(list);
    while (!waiter_.stopped()) {
      const FeedBatch batch = waiter_.wait_until(std::nullopt);
      if (batch.events.empty() && !batch.lost) continue;
      const auto read_at = std::chrono::steady_clock::now();
      if (auto fresh = read(); fresh && !is_same(*fresh, list)) on_change_(list = std::move(*fresh));
      pause_until(read_at + least_period);
    }
  }
  std::optional<std::vector<TaskPtr>> read() {
    try {
      return store_->find(query_);
    } catch (const Error& error) {
      log_warning("watch: {}", error.what());
      return std::nullopt;
    }
  }
  void pause_until(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(pause_mutex_);
    pause_.wait_until(lock, until, [&] { return waiter_.stopped(); });
  }

  const std::shared_ptr<Store> store_;
  const Query query_;
  const std::function<void(const std::vector<TaskPtr>&)> on_change_;
  FeedWaiter waiter_;
  std::mutex pause_mutex_;
  std::condition_variable pause_;
  std::thread thread_;
};

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

std::unique_ptr<Watch> watch_store(std::shared_ptr<Store> store, Query query,
                                   std::function<void(const std::vector<TaskPtr>&)> on_change) {
  return std::make_unique<StoreWatch>(std::move(store), std::move(query), std::move(on_change));
}

}  // namespace taskrunner::app
