#include "live/reread_query.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace taskrunner::live {
namespace {

constexpr auto least_between_reads = std::chrono::milliseconds(100);
constexpr auto after_a_failure = std::chrono::seconds(1);
/// More steps than this, and more than half of the list: the list is shorter.
constexpr std::size_t few_steps = 50;

struct ReadResult {
  TaskList list;
  std::optional<Error> error;
};

awaitable<ReadResult> read_window(core::TaskService& service, Query query) {
  ReadResult result;
  try {
    result.list = co_await service.find(std::move(query));
  } catch (const Error& error) {
    result.error = error;
  }
  co_return result;
}

}  // namespace

RereadQuery::RereadQuery(boost::asio::io_context& io, core::TaskService& service, Query query)
    : io_(io), service_(&service), query_(std::move(query)), timer_(io) {}

void RereadQuery::add(const std::shared_ptr<LiveSubscriber>& subscriber) {
  subscribers_.push_back({subscriber.get(), subscriber});
  if (has_list_)
    subscriber->on_list(list_, false);
  else
    read_if_due();
}

void RereadQuery::remove(const LiveSubscriber& subscriber) {
  std::erase_if(subscribers_, [&](const Entry& entry) { return entry.key == &subscriber; });
}

void RereadQuery::on_feed(const FeedBatch& batch) {
  if (batch.events.empty() && !batch.lost) return;
  is_dirty_ = true;
  is_reset_ = is_reset_ || batch.lost;
  read_if_due();
}

void RereadQuery::close() {
  service_ = nullptr;
  subscribers_.clear();
  timer_.cancel();
}

void RereadQuery::read_if_due() {
  if (!service_ || !is_dirty_ || is_reading_ || is_waiting_) return;
  if (Clock::now() >= next_read_) return start_read();
  is_waiting_ = true;
  timer_.expires_at(next_read_);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code) {
    const auto self = weak.lock();
    if (!self) return;
    self->is_waiting_ = false;
    self->read_if_due();
  });
}

void RereadQuery::start_read() {
  // What is committed from here on is not sure to be in this read.
  is_dirty_ = false;
  is_reading_ = true;
  next_read_ = Clock::now() + least_between_reads;
  auto done = [self = shared_from_this()](std::exception_ptr failure, ReadResult result) {
    self->is_reading_ = false;
    if (!self->service_) return;
    if (failure) result.error = Error(ErrorCode::internal, "the list could not be read");
    result.error ? self->on_read_failed(*result.error) : self->on_read(std::move(result.list));
  };
  boost::asio::co_spawn(io_, read_window(*service_, query_), std::move(done));
}

void RereadQuery::on_read(TaskList list) {
  take(std::move(list));
  read_if_due();
}

void RereadQuery::on_read_failed(const Error& error) {
  if (!has_list_) {
    tell_all([&](LiveSubscriber& subscriber) { subscriber.on_failed(error); });
    subscribers_.clear();
    is_dirty_ = true;
    return;
  }
  log_warning("a live list could not be read, it is tried again: {}", error.what());
  is_dirty_ = true;
  next_read_ = Clock::now() + after_a_failure;
  read_if_due();
}

void RereadQuery::take(TaskList list) {
  const bool was_there = std::exchange(has_list_, true);
  const bool is_reset = std::exchange(is_reset_, false) && was_there;
  std::vector<ListChange> changes;
  if (was_there && !is_reset) changes = list_changes(list_, list);
  list_ = std::move(list);
  ids_.clear();
  for (const TaskPtr& task : list_) ids_.insert(task->id);
  const bool is_whole = !was_there || is_reset || (changes.size() > few_steps && changes.size() > list_.size() / 2);
  if (is_whole)
    tell_all([&](LiveSubscriber& subscriber) { subscriber.on_list(list_, is_reset); });
  else if (!changes.empty())
    tell_all([&](LiveSubscriber& subscriber) { subscriber.on_changes(changes); });
}

template <typename Tell>
void RereadQuery::tell_all(const Tell& tell_one) {
  const std::vector<Entry> entries = subscribers_;  // who is told may leave
  for (const Entry& entry : entries)
    if (const auto subscriber = entry.subscriber.lock()) tell_one(*subscriber);
  std::erase_if(subscribers_, [](const Entry& entry) { return entry.subscriber.expired(); });
}

}  // namespace taskrunner::live
