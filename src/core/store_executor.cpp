#include "core/store_executor.hpp"

#include <iterator>

namespace taskrunner::core {
namespace {

constexpr std::size_t most_tasks_a_batch = 2'000;
constexpr std::size_t most_batches_under_way = 2;

}  // namespace

StoreExecutor::StoreExecutor(std::shared_ptr<Store> store) : store_(std::move(store)) {}

void StoreExecutor::stop() {
  threads_.stop();
  session_thread_.stop();
}

void StoreExecutor::add(std::vector<NewTask> tasks, AddAnswer answered) {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(tasks), std::move(answered)});
    if (writing_ >= most_batches_under_way) return;  // the batch under way takes it along when it is done
    ++writing_;
  }
  post([this] { write_adds(); });
}

std::vector<StoreExecutor::WaitingAdd> StoreExecutor::take_adds() {
  std::lock_guard lock(mutex_);
  std::vector<WaitingAdd> taken;
  std::size_t count = 0;
  while (!waiting_.empty() && (taken.empty() || count + waiting_.front().tasks.size() <= most_tasks_a_batch)) {
    count += waiting_.front().tasks.size();
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  if (taken.empty()) --writing_;
  return taken;
}

void StoreExecutor::write_adds() {
  for (std::vector<WaitingAdd> adds = take_adds(); !adds.empty(); adds = take_adds()) {
    std::vector<NewTask> tasks;
    for (WaitingAdd& add : adds)
      tasks.insert(tasks.end(), std::make_move_iterator(add.tasks.begin()), std::make_move_iterator(add.tasks.end()));
    std::vector<AddResult> results;
    std::exception_ptr error;
    try {
      results = store_->add(tasks);
    } catch (...) {
      error = std::current_exception();
    }
    auto next = results.begin();
    for (WaitingAdd& add : adds) {
      if (error) {
        add.answered(error, {});
        continue;
      }
      const auto end = next + static_cast<std::ptrdiff_t>(add.tasks.size());
      add.answered(nullptr, {std::make_move_iterator(next), std::make_move_iterator(end)});
      next = end;
    }
  }
}

awaitable<std::vector<AddResult>> StoreExecutor::add(std::vector<NewTask> tasks) {
  auto start = [this, adds = std::move(tasks)](auto completion) mutable {
    auto handler = std::make_shared<decltype(completion)>(std::move(completion));
    add(std::move(adds), [handler](std::exception_ptr error, std::vector<AddResult> results) {
      detail::deliver(handler, error, std::move(results));
    });
  };
  using Signature = void(std::exception_ptr, std::vector<AddResult>);
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, Signature>(std::move(start),
                                                                                     boost::asio::use_awaitable);
}

}  // namespace taskrunner::core
