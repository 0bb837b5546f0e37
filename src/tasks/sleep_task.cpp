#include "tasks/sleep_task.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>

namespace taskrunner::tasks {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::int64_t step_ms = 100;
constexpr std::int64_t save_each_ms = 10'000;
constexpr double longest_ms = 1e12;  // 30 years: adding it to a time stays far from overflow

std::int64_t read_ms(const std::optional<Json>& data) {
  const Json* ms = data && data->is_object() ? data->find("ms") : nullptr;
  if (!ms) throw Error(ErrorCode::invalid_argument, "sleep#1 wants data {\"ms\": how long}");
  if (!ms->is_number()) throw Error(ErrorCode::invalid_argument, "'ms' must be a number, not " + std::string(type_name(*ms)));
  const double value = ms->as_double();
  if (!(value >= 0 && value <= longest_ms)) throw Error(ErrorCode::invalid_argument, "'ms' must be from 0 to 10^12");
  return static_cast<std::int64_t>(value);
}

std::int64_t slept_before(const Json& checkpoint) {
  const Json* slept = checkpoint.is_object() ? checkpoint.find("slept") : nullptr;
  return slept && slept->is_number() ? static_cast<std::int64_t>(slept->as_double()) : 0;
}

class SleepTask final : public Task {
 public:
  explicit SleepTask(std::int64_t ms) : ms_(ms) {}

  awaitable<Json> run(Context& context) override {
    slept_ms_ = saved_ms_ = std::clamp<std::int64_t>(slept_before(context.checkpoint_data()), 0, ms_);
    while (slept_ms_ < ms_) {
      co_await rest();
      context.progress(Json{{"spent", slept_ms_}, {"total", ms_}});
      if (context.pause_requested() || slept_ms_ - saved_ms_ >= save_each_ms) co_await save(context);
      co_await context.checkpoint();
    }
    Json response{{"ms", ms_}};
    co_return response;
  }

 private:
  awaitable<void> rest() {
    const auto begin = Steady::now();
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    timer.expires_after(std::chrono::milliseconds(std::min(step_ms, ms_ - slept_ms_)));
    co_await timer.async_wait(boost::asio::use_awaitable);
    const auto rested = std::chrono::round<std::chrono::milliseconds>(Steady::now() - begin);
    slept_ms_ = std::min<std::int64_t>(ms_, slept_ms_ + rested.count());
  }

  awaitable<void> save(Context& context) {
    saved_ms_ = slept_ms_;
    Json slept{{"slept", slept_ms_}};
    co_await context.save(std::move(slept));
  }

  const std::int64_t ms_;
  std::int64_t slept_ms_ = 0;
  std::int64_t saved_ms_ = 0;
};

}  // namespace

void SleepFactory::validate(NewTask& task) const { read_ms(task.data); }

std::unique_ptr<Task> SleepFactory::make(const TaskRecord& task) {
  try {
    return std::make_unique<SleepTask>(read_ms(task.data));
  } catch (const Error& error) {
    throw Fail(error.what());  // such data stays wrong, however often it is tried
  }
}

}  // namespace taskrunner::tasks
