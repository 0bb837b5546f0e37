#include "store/feed_ring.hpp"

#include <algorithm>
#include <iterator>

namespace taskrunner::store {

class FeedRing::Registration final : public Feed::Listener {
 public:
  Registration(std::shared_ptr<Listeners> listeners, std::function<void()> on_change)
      : listeners_(std::move(listeners)) {
    std::lock_guard lock(listeners_->mutex);
    place_ = listeners_->callbacks.insert(listeners_->callbacks.end(), std::move(on_change));
  }
  // The lock is held while callbacks run: after this none runs or will.
  ~Registration() override {
    std::lock_guard lock(listeners_->mutex);
    listeners_->callbacks.erase(place_);
  }

 private:
  std::shared_ptr<Listeners> listeners_;
  std::list<std::function<void()>>::iterator place_;
};

class FeedRing::DocumentsWanted final : public Feed::Listener {
 public:
  explicit DocumentsWanted(std::shared_ptr<std::atomic<int>> count) : count_(std::move(count)) { ++*count_; }
  ~DocumentsWanted() override { --*count_; }

 private:
  std::shared_ptr<std::atomic<int>> count_;
};

FeedRing::FeedRing(std::uint64_t boot, std::size_t most_events) : most_events_(most_events), boot_(boot) {}
FeedRing::~FeedRing() = default;

FeedCursor FeedRing::now() const {
  std::lock_guard lock(mutex_);
  return {boot_, last_seq_};
}

FeedBatch FeedRing::read(const FeedCursor& after, std::size_t max) const {
  std::lock_guard lock(mutex_);
  const std::uint64_t oldest = last_seq_ - events_.size();
  FeedBatch batch;
  batch.next = {boot_, last_seq_};
  if (after.boot != boot_ || after.seq < oldest || after.seq > last_seq_) {
    batch.lost = true;
    return batch;
  }
  const auto begin = events_.begin() + static_cast<std::ptrdiff_t>(after.seq - oldest);
  const std::size_t count = std::min<std::size_t>(max, last_seq_ - after.seq);
  batch.events.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  batch.next.seq = after.seq + count;
  return batch;
}

std::unique_ptr<Feed::Listener> FeedRing::listen(std::function<void()> on_change) {
  return std::make_unique<Registration>(listeners_, std::move(on_change));
}

std::unique_ptr<Feed::Listener> FeedRing::want_documents() {
  return std::make_unique<DocumentsWanted>(documents_wanted_);
}

void FeedRing::publish(std::vector<FeedEvent> events) {
  if (events.empty()) return;
  {
    std::lock_guard lock(mutex_);
    for (FeedEvent& event : events) {
      event.seq = ++last_seq_;
      events_.push_back(std::move(event));
    }
    if (events_.size() > most_events_)
      events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(events_.size() - most_events_));
  }
  tell();
}

void FeedRing::lose(std::uint64_t new_boot) {
  {
    std::lock_guard lock(mutex_);
    boot_ = new_boot;
    events_.clear();
  }
  tell();
}

void FeedRing::tell() const {
  std::lock_guard lock(listeners_->mutex);
  for (const auto& callback : listeners_->callbacks) callback();
}

}  // namespace taskrunner::store
