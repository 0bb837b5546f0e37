#include "core/worker_threads.hpp"

#include "base/log.hpp"

#include <utility>

namespace taskrunner::core {

void WorkerThreads::post(std::function<void()> work) {
  std::lock_guard lock(shared_->mutex);
  if (shared_->queue.size() >= shared_->idle && threads_.size() < most_) {
    threads_.emplace_back([shared = shared_] { run(*shared); });
    shared_->alive.insert(threads_.back().get_id());
  }
  shared_->queue.push_back(std::move(work));
  shared_->changed.notify_one();
}

void WorkerThreads::run(Shared& shared) {
  std::unique_lock lock(shared.mutex);
  work_off(shared, lock);
  shared.alive.erase(std::this_thread::get_id());
  shared.changed.notify_all();
}

void WorkerThreads::work_off(Shared& shared, std::unique_lock<std::mutex>& lock) {
  while (true) {
    ++shared.idle;
    shared.changed.wait(lock, [&] { return shared.stopping || !shared.queue.empty(); });
    --shared.idle;
    if (shared.queue.empty()) return;
    auto work = std::move(shared.queue.front());
    shared.queue.pop_front();
    lock.unlock();
    try {
      work();
    } catch (const std::exception& error) {
      log_error("worker thread: unexpected: {}", error.what());
    }
    work = nullptr;
    lock.lock();
  }
}

std::vector<std::thread> WorkerThreads::begin_stop() {
  std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->changed.notify_all();
  return std::exchange(threads_, {});
}

void WorkerThreads::stop() {
  for (std::thread& thread : begin_stop()) thread.join();
  std::lock_guard lock(shared_->mutex);
  shared_->stopping = false;
}

bool WorkerThreads::stop_within(std::chrono::milliseconds grace) {
  std::vector<std::thread> threads = begin_stop();
  std::deque<std::function<void()>> dropped;
  std::set<std::thread::id> left;
  {
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait_for(lock, grace, [&] { return shared_->alive.empty(); });
    left = shared_->alive;
    dropped.swap(shared_->queue);
  }
  for (std::thread& thread : threads) left.contains(thread.get_id()) ? thread.detach() : thread.join();
  return left.empty();
}

bool WorkerThreads::has_ended() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->alive.empty();
}

}  // namespace taskrunner::core
