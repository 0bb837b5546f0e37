#pragma once

#include "live/list_changes.hpp"
#include "query/compiled_query.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace taskrunner::live {

/// What one event did to a window.
struct WindowOutcome {
  std::vector<ListChange> steps;   ///< of the part that clients see; the fewest
  std::optional<ObjectId> joined;  ///< a member now, and was none
  std::vector<ObjectId> left;      ///< members no more; at most two
  /// The window cannot say what comes into sight: it is to be read anew. Nothing was changed.
  bool is_dry = false;
};

/// The result of one query in memory: the tasks up to skip + limit and a buffer beyond, in order. Pure.
///
/// It is closed while it knows every task that matches. Else it is open: it knows all tasks up to the last one that it
/// holds, and nothing of those after. Clients see the part from skip to skip + limit.
class Window {
 public:
  Window(CompiledQuery query, std::size_t buffer);

  /// What to read for reset(): from the first match to the buffer's end. Never beyond what a query may ask for.
  Query reading() const;
  void set_buffer(std::size_t buffer) { buffer_ = buffer; }
  std::size_t buffer() const { return buffer_; }
  /// What was read by reading(), in order.
  void reset(TaskList found);

  /// The task as it became. What is no news to the member (live_task.hpp) changes nothing.
  WindowOutcome apply(const LiveTaskPtr& task);
  /// The task is gone.
  WindowOutcome remove(const ObjectId& id);

  std::span<const LiveTaskPtr> visible() const;
  const TaskList& members() const { return members_; }
  bool is_open() const { return is_open_; }
  const CompiledQuery& query() const { return query_; }

 private:
  using Place = std::optional<std::size_t>;

  std::size_t end() const { return query_.skip() + query_.limit(); }
  std::size_t capacity() const;
  Place place_of(const ObjectId& id) const;
  std::size_t place_for(const LiveTask& task) const;
  bool is_beyond(const LiveTask& task) const;
  bool keeps_place(std::size_t place, const LiveTask& task) const;

  WindowOutcome insert(const LiveTaskPtr& task);
  WindowOutcome update(std::size_t place, const LiveTaskPtr& task);
  WindowOutcome erase(std::size_t place);

  CompiledQuery query_;
  std::size_t buffer_;
  TaskList members_;
  bool is_open_ = true;
};

}  // namespace taskrunner::live
