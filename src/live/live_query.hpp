#pragma once

#include <taskrunner/error.hpp>
#include <taskrunner/store.hpp>

#include "live/list_changes.hpp"

#include <memory>
#include <vector>

namespace taskrunner::live {

/// Who looks at a live query. Called on the loop of its hub; may leave from within, not subscribe.
class LiveSubscriber {
 public:
  virtual ~LiveSubscriber() = default;
  /// The whole list: once before anything else, and later wherever steps would say more than the list.
  /// `is_reset`: changes may have been missed before it.
  virtual void on_list(const TaskList& list, bool is_reset) = 0;
  /// Steps from the last list to the present one; never empty.
  virtual void on_changes(const std::vector<ListChange>& changes) = 0;
  /// There is no list: the store could not be read the first time. Nothing follows.
  virtual void on_failed(const Error& error) = 0;
};

/// The result of one query, kept up to date for all who look at it. One loop only.
class LiveQuery {
 public:
  virtual ~LiveQuery() = default;

  /// Tells the subscriber the list: at once where there is one, else when it was read. Held weakly.
  virtual void add(const std::shared_ptr<LiveSubscriber>& subscriber) = 0;
  virtual void remove(const LiveSubscriber& subscriber) = 0;
  virtual std::size_t subscribers() const = 0;

  virtual const TaskList& list() const = 0;
  virtual bool contains(const ObjectId& id) const = 0;

  /// What was committed since the last call.
  virtual void on_feed(const FeedBatch& batch) = 0;
  /// No more reads; subscribers hear nothing more.
  virtual void close() = 0;
};

}  // namespace taskrunner::live
