#include "core/running_task.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taskrunner::core {
namespace {

constexpr std::size_t lines_kept = 1'000;
constexpr std::size_t longest_line_bytes = 16 * 1024;

/// The answer of a store, on its way to the body that waits for it.
struct PendingAnswer {
  std::mutex mutex;
  std::condition_variable_any arrived;
  std::optional<TransitionStatus> status;

  std::optional<TransitionStatus> get() {
    std::lock_guard lock(mutex);
    return status;
  }
  void set(TransitionStatus value) {
    {
      std::lock_guard lock(mutex);
      status = value;
    }
    arrived.notify_all();
  }
  /// Nothing where the stop came first.
  std::optional<TransitionStatus> wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    arrived.wait(lock, stop, [&] { return status.has_value(); });
    return status;
  }
};

void throw_unless_stored(std::optional<TransitionStatus> status) {
  if (!status || status == TransitionStatus::lost || status == TransitionStatus::not_found) throw Stopped();
  if (status == TransitionStatus::refused)
    throw Error(ErrorCode::invalid_argument, "the store does not take this value: it is too large, or no BSON");
}

}  // namespace

RunningTask::RunningTask(TaskPtr record, BodyHost& host, boost::asio::any_io_executor task_loop)
    : record_(std::move(record)),
      host_(host),
      gate_(task_loop, boost::asio::steady_timer::time_point::max()),
      context_(*this),
      checkpoint_(record_->checkpoint.value_or(Json())) {}

void RunningTask::stop_blocking(StopReason reason) {
  if (reason == StopReason::asked) stop_asked_ = true;
  stop_.request_stop();
  std::lock_guard lock(mutex_);
  woken_.notify_all();
}

void RunningTask::stop(StopReason reason) {
  stop_blocking(reason);
  wake();
  if (reason != StopReason::drain) cancellation_.emit(boost::asio::cancellation_type::terminal);
}

void RunningTask::resume() {
  pause_requested_ = false;
  wake();
}

void RunningTask::wake() {
  gate_.cancel();
  std::lock_guard lock(mutex_);
  woken_.notify_all();
}

void RunningTask::throw_if_stopped() const {
  if (stop_.stop_requested()) throw Stopped();
}

awaitable<void> RunningTask::wait_until_woken() {
  boost::system::error_code ignored;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
  co_await gate_.async_wait(token);
}

awaitable<void> RunningTask::checkpoint() {
  throw_if_stopped();
  if (!pause_requested_) co_return;
  host_.body_paused(record_->id);
  while (pause_requested_ && !stop_.stop_requested()) co_await wait_until_woken();
  throw_if_stopped();
}

void RunningTask::checkpoint_blocking() {
  throw_if_stopped();
  if (!pause_requested_) return;
  host_.body_paused(record_->id);
  {
    std::unique_lock lock(mutex_);
    woken_.wait(lock, [&] { return !pause_requested_ || stop_.stop_requested(); });
  }
  throw_if_stopped();
}

awaitable<void> RunningTask::update(UpdateTask update) {
  throw_if_stopped();
  if (update.checkpoint) checkpoint_ = *update.checkpoint;
  const auto pending = std::make_shared<PendingAnswer>();
  auto on_answer = [pending, self = shared_from_this()](TransitionStatus status) {
    pending->set(status);
    boost::asio::post(self->gate_.get_executor(), [self] { self->gate_.cancel(); });
  };
  host_.update(record_->id, std::move(update), std::move(on_answer));
  while (!pending->get()) {
    co_await wait_until_woken();
    if (stop_.stop_requested()) break;
  }
  throw_unless_stored(pending->get());
}

void RunningTask::update_blocking(UpdateTask update) {
  throw_if_stopped();
  if (update.checkpoint) checkpoint_ = *update.checkpoint;
  const auto pending = std::make_shared<PendingAnswer>();
  host_.update(record_->id, std::move(update), [pending](TransitionStatus status) { pending->set(status); });
  throw_unless_stored(pending->wait(stop_token()));
}

void RunningTask::progress(Json data) {
  {
    std::lock_guard lock(mutex_);
    progress_ = std::move(data);
    if (std::exchange(progress_told_, true)) return;
  }
  host_.progress_made(shared_from_this());
}

std::optional<Json> RunningTask::take_progress() {
  std::lock_guard lock(mutex_);
  if (!std::exchange(progress_told_, false)) return std::nullopt;
  return progress_;
}

Json RunningTask::newest_progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

void RunningTask::log(std::string text, TaskLogLevel level) {
  if (text.size() > longest_line_bytes) text.resize(longest_line_bytes);
  const LogLine line{host_.wall_ms(), level, std::move(text)};
  {
    std::lock_guard lock(mutex_);
    lines_.push_back(line);
    if (lines_.size() > lines_kept) lines_.pop_front();
  }
  host_.logged(record_->id, line);
}

std::vector<LogLine> RunningTask::log_lines() const {
  std::lock_guard lock(mutex_);
  return {lines_.begin(), lines_.end()};
}

Json RunningTask::again(std::chrono::milliseconds wait) {
  again_ms_ = wait.count();
  return {};
}

}  // namespace taskrunner::core

namespace taskrunner {

const TaskRecord& Context::task() const { return *running_.record(); }
const Json& Context::checkpoint_data() const { return running_.checkpoint_data(); }
void Context::progress(Json data) { running_.progress(std::move(data)); }
void Context::log(std::string text, TaskLogLevel level) { running_.log(std::move(text), level); }
awaitable<void> Context::checkpoint() { return running_.checkpoint(); }
void Context::checkpoint_blocking() { running_.checkpoint_blocking(); }
bool Context::pause_requested() const { return running_.pause_requested(); }
std::stop_token Context::stop_token() const { return running_.stop_token(); }
bool Context::stop_asked() const { return running_.stop_asked(); }
Json Context::again(std::chrono::milliseconds wait) { return running_.again(wait); }

namespace {

UpdateTask with_checkpoint(Json checkpoint) {
  UpdateTask update;
  update.checkpoint = std::move(checkpoint);
  return update;
}

UpdateTask with_data(Json data) {
  UpdateTask update;
  update.data = std::move(data);
  return update;
}

}  // namespace

awaitable<void> Context::save(Json checkpoint) { return running_.update(with_checkpoint(std::move(checkpoint))); }
void Context::save_blocking(Json checkpoint) { running_.update_blocking(with_checkpoint(std::move(checkpoint))); }
awaitable<void> Context::update_data(Json data) { return running_.update(with_data(std::move(data))); }
void Context::update_data_blocking(Json data) { running_.update_blocking(with_data(std::move(data))); }

awaitable<void> Task::recover(Context&) { co_return; }
Json Task::run_blocking(Context&) { throw Error(ErrorCode::internal, "this task has no blocking body"); }
awaitable<Json> BlockingTask::run(Context&) { throw Error(ErrorCode::internal, "a blocking task has no coroutine"); }
void TaskFactory::validate(NewTask&) const {}

}  // namespace taskrunner
