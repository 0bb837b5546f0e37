#include "live/window.hpp"

#include "query/limits.hpp"

#include <algorithm>

namespace taskrunner::live {
namespace {

using Kind = ListChange::Kind;

/// The steps of the part [begin, end) of a list when one member goes from a place to another: out of it at `from`, in
/// at `to` as counted after that; nullopt is no place at all. What the part loses or gains for it at its ends is found
/// by clamping both places into it.
class VisibleSteps {
 public:
  VisibleSteps(std::size_t begin, std::size_t end, std::optional<std::size_t> from, std::optional<std::size_t> to)
      : begin_(begin), end_(end), from_(from.value_or(end)), to_(to.value_or(end)) {}

  /// Before the member leaves its place.
  void before(const TaskList& list) {
    if (!is_seen()) return;
    const std::size_t place = clamp(from_);
    if (place < list.size() && place < end_) steps_.push_back({Kind::remove, place - begin_, list[place]});
  }
  /// After it has taken the new one.
  void after(const TaskList& list) {
    if (!is_seen()) return;
    const std::size_t place = clamp(to_);
    if (place < list.size() && place < end_) steps_.push_back({Kind::insert, place - begin_, list[place]});
  }
  std::vector<ListChange> take() { return std::move(steps_); }

 private:
  bool is_seen() const { return !(from_ < begin_ && to_ < begin_) && !(from_ >= end_ && to_ >= end_); }
  std::size_t clamp(std::size_t place) const { return std::clamp(place, begin_, end_ - 1); }

  const std::size_t begin_, end_, from_, to_;
  std::vector<ListChange> steps_;
};

auto iterator_at(TaskList& list, std::size_t place) { return list.begin() + static_cast<std::ptrdiff_t>(place); }

}  // namespace

Window::Window(CompiledQuery query, std::size_t buffer) : query_(std::move(query)), buffer_(buffer) {}

std::size_t Window::capacity() const {
  return std::min(end() + buffer_, static_cast<std::size_t>(limits::window_end));
}

Query Window::reading() const {
  Query query = query_.query();
  query.skip = 0;
  query.limit = static_cast<std::int64_t>(capacity());
  return query;
}

void Window::reset(TaskList found) {
  is_open_ = found.size() >= capacity();
  members_ = std::move(found);
}

std::span<const LiveTaskPtr> Window::visible() const {
  const std::size_t begin = std::min(query_.skip(), members_.size());
  return std::span(members_).subspan(begin, std::min(end(), members_.size()) - begin);
}

Window::Place Window::place_of(const ObjectId& id) const {
  for (std::size_t place = 0; place < members_.size(); ++place)
    if (members_[place]->id() == id) return place;
  return std::nullopt;
}

std::size_t Window::place_for(const LiveTask& task) const {
  const auto found = std::lower_bound(
      members_.begin(), members_.end(), task,
      [&](const LiveTaskPtr& member, const LiveTask& t) { return query_.compare(member->document(), t.document()) < 0; });
  return static_cast<std::size_t>(found - members_.begin());
}

bool Window::is_beyond(const LiveTask& task) const {
  return is_open_ && (members_.empty() || query_.compare(members_.back()->document(), task.document()) < 0);
}

bool Window::keeps_place(std::size_t place, const LiveTask& task) const {
  if (place > 0 && query_.compare(members_[place - 1]->document(), task.document()) > 0) return false;
  return place + 1 >= members_.size() || query_.compare(task.document(), members_[place + 1]->document()) < 0;
}

WindowOutcome Window::apply(const LiveTaskPtr& task) {
  const Place place = place_of(task->id());
  if (place && !is_news(*task->record(), *members_[*place]->record())) return {};
  const bool is_in = query_.matches(task->document()) && !is_beyond(*task);
  if (!place) return is_in ? insert(task) : WindowOutcome{};
  return is_in ? update(*place, task) : erase(*place);
}

WindowOutcome Window::remove(const ObjectId& id) {
  const Place place = place_of(id);
  return place ? erase(*place) : WindowOutcome{};
}

WindowOutcome Window::insert(const LiveTaskPtr& task) {
  const std::size_t place = place_for(*task);
  VisibleSteps steps(query_.skip(), end(), std::nullopt, place);
  steps.before(members_);
  members_.insert(iterator_at(members_, place), task);
  steps.after(members_);
  WindowOutcome outcome{steps.take(), task->id(), {}, false};
  if (members_.size() > capacity()) {
    outcome.left.push_back(members_.back()->id());
    members_.pop_back();
    is_open_ = true;
  }
  return outcome;
}

WindowOutcome Window::update(std::size_t place, const LiveTaskPtr& task) {
  if (keeps_place(place, *task)) {
    members_[place] = task;
    WindowOutcome outcome;
    if (place >= query_.skip() && place < end()) outcome.steps.push_back({Kind::update, place - query_.skip(), task});
    return outcome;
  }
  const LiveTaskPtr before = members_[place];
  // Its new place is counted without it: what it passes moves up by one.
  std::size_t to = place_for(*task);
  if (to > place) --to;
  VisibleSteps steps(query_.skip(), end(), place, to);
  steps.before(members_);
  members_.erase(iterator_at(members_, place));
  members_.insert(iterator_at(members_, to), task);
  steps.after(members_);
  return {steps.take(), std::nullopt, {}, false};
}

WindowOutcome Window::erase(std::size_t place) {
  if (is_open_ && members_.size() - 1 < end()) return {{}, std::nullopt, {}, true};
  VisibleSteps steps(query_.skip(), end(), place, std::nullopt);
  steps.before(members_);
  WindowOutcome outcome{{}, std::nullopt, {members_[place]->id()}, false};
  members_.erase(iterator_at(members_, place));
  steps.after(members_);
  outcome.steps = steps.take();
  return outcome;
}

}  // namespace taskrunner::live
