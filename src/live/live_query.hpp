#pragma once

#include <taskrunner/error.hpp>

#include "live/change_history.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace taskrunner::live {

/// Steps that all subscribers of a query are told together.
struct ChangeBatch {
  std::uint64_t number = 0;  ///< no other batch of this process has it
  std::vector<ListChange> steps;
};

/// The whole list, valid during the call that tells it.
struct WholeList {
  std::span<const LiveTaskPtr> tasks;
  QueryPosition position = 0;
  bool is_reset = false;  ///< changes may have been missed before it
};

/// Who looks at a live query. Called on the loop of its hub; may leave from within, not subscribe.
class LiveSubscriber {
 public:
  virtual ~LiveSubscriber() = default;
  /// Once before anything else, and later wherever steps would say more than the list.
  virtual void on_list(const WholeList& list) = 0;
  /// Steps from the last list to the present one; never empty.
  virtual void on_changes(const ChangeBatch& changes) = 0;
  /// There is no list: the store could not be read the first time. Nothing follows.
  virtual void on_failed(const Error& error) = 0;
};

/// The result of one query, kept true for all who look at it. One loop only.
class LiveQuery {
 public:
  virtual ~LiveQuery() = default;

  virtual QueryNumber number() const = 0;

  /// Tells the subscriber the list: at once where there is one, else when it was read. Held weakly.
  virtual void add(const std::shared_ptr<LiveSubscriber>& subscriber) = 0;
  /// For a subscriber that has seen the list at that position: the steps since, after which it hears what follows as
  /// any other. Nothing where they are not known any more; then it is not added.
  virtual std::optional<std::vector<ListChange>> resume(const std::shared_ptr<LiveSubscriber>& subscriber,
                                                        QueryPosition position) = 0;
  virtual void remove(const LiveSubscriber& subscriber) = 0;
  virtual std::size_t subscribers() const = 0;

  /// What clients see now; valid until the next event.
  virtual std::span<const LiveTaskPtr> list() const = 0;
  /// Where list() stands. A list told anew moves it too, by one.
  virtual QueryPosition position() const = 0;
};

}  // namespace taskrunner::live
