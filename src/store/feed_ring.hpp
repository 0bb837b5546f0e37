#pragma once

#include <taskrunner/store.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace taskrunner::store {

/// The feed of a store in this process: the last 10,000 committed events in memory. Thread-safe.
/// The store publishes after each commit, in commit order.
class FeedRing final : public Feed {
 public:
  /// `boot` marks this life of the store: cursors of another are lost.
  explicit FeedRing(std::uint64_t boot, std::size_t most_events = 10'000);
  ~FeedRing() override;

  FeedCursor now() const override;
  FeedBatch read(const FeedCursor& after, std::size_t max) const override;
  std::unique_ptr<Listener> listen(std::function<void()> on_change) override;
  std::unique_ptr<Listener> want_documents() override;

  /// Events should carry documents now.
  bool documents_wanted() const { return documents_wanted_->load() > 0; }
  /// Gives the events their numbers and tells the listeners. Nothing to tell: no call.
  void publish(std::vector<FeedEvent> events);
  /// A new life, with nothing in the ring: every cursor given out before is lost. Tells the listeners.
  void lose(std::uint64_t new_boot);

 private:
  class Registration;
  class DocumentsWanted;
  struct Listeners {
    std::mutex mutex;
    std::list<std::function<void()>> callbacks;
  };

  void tell() const;

  const std::size_t most_events_;
  mutable std::mutex mutex_;
  std::uint64_t boot_;
  std::deque<FeedEvent> events_;
  std::uint64_t last_seq_ = 0;
  std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
  std::shared_ptr<std::atomic<int>> documents_wanted_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace taskrunner::store
