#include "core/worker_threads.hpp"

#include "base/log.hpp"

namespace taskrunner::core {

void WorkerThreads::post(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  if (queue_.size() > idle_ && threads_.size() < most_) threads_.emplace_back([this] { run(); });
  changed_.notify_one();
}

void WorkerThreads::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
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

void WorkerThreads::stop() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    changed_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  std::lock_guard lock(mutex_);
  stopping_ = false;
}

}  // namespace taskrunner::core
