#pragma once

#include <taskrunner/error.hpp>

#include "support/forwarding_store.hpp"

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace taskrunner::model {

/// Another store's feed, for one reader, which can lose what the reader has not read yet.
class LosingFeed final : public Feed {
 public:
  explicit LosingFeed(Feed& feed) : feed_(feed) {}

  /// What is committed by now is never told.
  void lose() {
    lost_until_ = feed_.now();
    for (const auto& callback : *callbacks_) callback();
  }

  FeedCursor now() const override { return feed_.now(); }
  FeedBatch read(const FeedCursor& after, std::size_t max) const override {
    if (const auto next = std::exchange(lost_until_, std::nullopt)) return {{}, *next, true};
    return feed_.read(after, max);
  }
  std::unique_ptr<Listener> listen(std::function<void()> on_change) override {
    return std::make_unique<Registration>(feed_.listen(on_change), callbacks_, on_change);
  }
  std::unique_ptr<Listener> want_documents() override { return feed_.want_documents(); }

 private:
  using Callbacks = std::list<std::function<void()>>;
  class Registration final : public Listener {
   public:
    Registration(std::unique_ptr<Listener> inner, std::shared_ptr<Callbacks> callbacks, std::function<void()> own)
        : inner_(std::move(inner)), callbacks_(std::move(callbacks)) {
      own_ = callbacks_->insert(callbacks_->end(), std::move(own));
    }
    ~Registration() override { callbacks_->erase(own_); }

   private:
    const std::unique_ptr<Listener> inner_;
    const std::shared_ptr<Callbacks> callbacks_;
    Callbacks::iterator own_;
  };

  Feed& feed_;
  const std::shared_ptr<Callbacks> callbacks_ = std::make_shared<Callbacks>();
  mutable std::optional<FeedCursor> lost_until_;
};

/// A store that goes away and comes back as told, and whose feed may have lost something by then.
class FailoverStore final : public test::ForwardingStore {
 public:
  explicit FailoverStore(std::shared_ptr<Store> store) : ForwardingStore(store), feed_(store->feed()) {}

  bool is_away = false;
  LosingFeed& feed() override { return feed_; }

 private:
  Store& here() override {
    if (is_away) throw Error(ErrorCode::unavailable, "the store is away: try again later");
    return ForwardingStore::here();
  }

  LosingFeed feed_;
};

}  // namespace taskrunner::model
