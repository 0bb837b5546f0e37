#include "live/window_query.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace taskrunner::live {
namespace {

constexpr std::size_t most_buffer = 1'000;
/// A read that takes so long that more came meanwhile is begun again.
constexpr std::size_t most_kept = 10'000;
/// More steps than this, and more than half of the list: the list is shorter.
constexpr std::size_t few_steps = 50;

std::size_t first_buffer(const CompiledQuery& query) { return std::clamp<std::size_t>(query.limit() / 4, 8, 250); }

struct ReadResult {
  std::vector<TaskPtr> found;
  std::optional<Error> error;
};

awaitable<ReadResult> read_window(std::shared_ptr<LiveShared> shared, Query query) {
  co_await boost::asio::post(boost::asio::use_awaitable);  // not from within the event that asked for it
  ReadResult result;
  if (shared->is_closed) co_return result;
  try {
    result.found = co_await shared->source.find(std::move(query));
  } catch (const Error& error) {
    result.error = error;
  }
  co_return result;
}

}  // namespace

WindowQuery::WindowQuery(std::shared_ptr<LiveShared> shared, QueryNumber number, CompiledQuery query)
    : shared_(std::move(shared)), number_(number), window_(query, first_buffer(query)), timer_(shared_->io) {}

void WindowQuery::add(const std::shared_ptr<LiveSubscriber>& subscriber) {
  subscribers_.push_back({subscriber.get(), subscriber});
  if (has_list_)
    subscriber->on_list({list(), position_});
  else
    read_soon();
}

std::optional<std::vector<ListChange>> WindowQuery::resume(const std::shared_ptr<LiveSubscriber>& subscriber,
                                                           QueryPosition position) {
  if (!has_list_) return std::nullopt;
  auto steps = shared_->history.between(number_, position, position_);
  if (steps) subscribers_.push_back({subscriber.get(), subscriber});
  return steps;
}

void WindowQuery::remove(const LiveSubscriber& subscriber) {
  std::erase_if(subscribers_, [&](const Entry& entry) { return entry.key == &subscriber; });
}

bool WindowQuery::shows(const ObjectId& id) const {
  const auto visible = list();
  return std::any_of(visible.begin(), visible.end(), [&](const LiveTaskPtr& task) { return task->id() == id; });
}

void WindowQuery::close() {
  if (std::exchange(is_closed_, true)) return;
  subscribers_.clear();
  timer_.cancel();
  release_members();
  shared_->reading.erase(number_);
  shared_->history.forget(number_);
}

// Events.

void WindowQuery::on_event(const LiveEvent& event) {
  if (is_closed_) return;
  if (is_reading_) {
    if (kept_.size() == most_kept) must_read_ = true;
    if (!must_read_) kept_.push_back(event);
  }
  if (is_reading_ || must_read_) return;  // a read that begins later shows it
  if (is_costly_) return on_unknown_event();
  take(decide(event), event);
}

WindowOutcome WindowQuery::decide(const LiveEvent& event) {
  if (!event.task) return window_.remove(event.id);
  const auto start = Clock::now();
  WindowOutcome outcome = window_.apply(event.task);
  note_cost(Clock::now() - start);
  return outcome;
}

void WindowQuery::note_cost(Clock::duration spent) {
  const auto now = Clock::now();
  if (now - cost_since_ > std::chrono::seconds(1)) {
    cost_since_ = now;
    cost_ = {};
  }
  cost_ += spent;
  if (is_costly_ || cost_ < shared_->pace.most_cost_a_second) return;
  is_costly_ = true;
  log_warning("a live query takes long to match, the store answers it from now on: {}",
              query().query().filter.dump().substr(0, 500));
}

void WindowQuery::on_unknown_event() {
  must_read_ = true;
  read_soon();
}

void WindowQuery::on_lost() {
  is_reset_ = true;
  must_read_ = true;
  read_soon();
}

void WindowQuery::take(const WindowOutcome& outcome, const LiveEvent& event) {
  if (outcome.is_dry) {
    deepen();
    must_read_ = true;
    return read_soon();
  }
  if (outcome.joined) shared_->tasks.hold(event.task, number_);
  for (const ObjectId& id : outcome.left) shared_->tasks.release(id, number_);
  if (!outcome.steps.empty()) tell_steps(outcome.steps);
}

void WindowQuery::deepen() { window_.set_buffer(std::min(window_.buffer() * 2, most_buffer)); }

// Reads.

void WindowQuery::read_soon() {
  if (is_closed_ || shared_->is_closed || !must_read_ || is_reading_ || is_waiting_) return;
  if (Clock::now() >= next_read_) return start_read();
  is_waiting_ = true;
  timer_.expires_at(next_read_);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code) {
    const auto self = weak.lock();
    if (!self) return;
    self->is_waiting_ = false;
    self->read_soon();
  });
}

void WindowQuery::start_read() {
  must_read_ = false;
  is_reading_ = true;
  kept_.clear();
  shared_->reading.insert(number_);
  ++shared_->reads;
  next_read_ = Clock::now() + shared_->pace.between_reads;
  auto done = [self = shared_from_this()](std::exception_ptr failure, ReadResult result) {
    if (self->is_closed_ || self->shared_->is_closed) return;
    self->shared_->catch_up();
    self->is_reading_ = false;
    self->shared_->reading.erase(self->number_);
    if (failure) result.error = Error(ErrorCode::internal, "the list could not be read");
    result.error ? self->on_read_failed(*result.error) : self->on_read(result.found);
  };
  boost::asio::co_spawn(shared_->io, read_window(shared_, window_.reading()), std::move(done));
}

void WindowQuery::on_read(const std::vector<TaskPtr>& found) {
  const TaskList before(list().begin(), list().end());
  if (must_read_ || !fill(found)) {
    must_read_ = true;
    return read_soon();
  }
  const bool is_reset = std::exchange(is_reset_, false);
  const bool had_list = std::exchange(has_list_, true);
  had_list && !is_reset ? tell_difference(before) : tell_list(is_reset && had_list);
  read_soon();
}

/// False where the window would run dry at once; then it stays as it was told.
bool WindowQuery::fill(const std::vector<TaskPtr>& found) {
  TaskList tasks;
  tasks.reserve(found.size());
  for (const TaskPtr& record : found) tasks.push_back(shared_->tasks.share(record));
  Window next = window_;
  next.reset(std::move(tasks));
  const auto is_dry = [&](const LiveEvent& event) {
    return (event.task ? next.apply(event.task) : next.remove(event.id)).is_dry;
  };
  if (is_costly_) {
    must_read_ = !kept_.empty();  // what the find did not show yet, the next one does
  } else if (std::any_of(kept_.begin(), kept_.end(), is_dry)) {
    deepen();
    return false;
  }
  kept_ = {};
  release_members();
  window_ = std::move(next);
  for (const LiveTaskPtr& task : window_.members()) shared_->tasks.hold(task, number_);
  return true;
}

void WindowQuery::on_read_failed(const Error& error) {
  must_read_ = true;
  if (!has_list_) {
    const auto tell = [&](LiveSubscriber& subscriber) { subscriber.on_failed(error); };
    tell_all(tell);
    subscribers_.clear();
    return;
  }
  log_warning("a live list could not be read, it is tried again: {}", error.what());
  next_read_ = Clock::now() + shared_->pace.after_failure;
  read_soon();
}

void WindowQuery::release_members() {
  for (const LiveTaskPtr& task : window_.members()) shared_->tasks.release(task->id(), number_);
}

// Telling.

void WindowQuery::tell_difference(const TaskList& before) {
  std::vector<ListChange> steps = list_changes(before, list());
  if (steps.size() > few_steps && steps.size() > list().size() / 2) return tell_list(false);
  if (!steps.empty()) tell_steps(std::move(steps));
}

void WindowQuery::tell_list(bool is_reset) {
  ++position_;
  shared_->history.forget(number_);
  tell_all([&](LiveSubscriber& subscriber) { subscriber.on_list({list(), position_, is_reset}); });
}

void WindowQuery::tell_steps(std::vector<ListChange> steps) {
  const ChangeBatch batch{++shared_->batches, std::move(steps)};
  shared_->history.add(number_, position_, batch.steps);
  position_ += batch.steps.size();
  tell_all([&](LiveSubscriber& subscriber) { subscriber.on_changes(batch); });
}

template <typename Tell>
void WindowQuery::tell_all(const Tell& tell_one) {
  const std::vector<Entry> entries = subscribers_;  // who is told may leave
  for (const Entry& entry : entries)
    if (const auto subscriber = entry.subscriber.lock()) tell_one(*subscriber);
  std::erase_if(subscribers_, [](const Entry& entry) { return entry.subscriber.expired(); });
}

}  // namespace taskrunner::live
