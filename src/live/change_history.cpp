#include "live/change_history.hpp"

namespace taskrunner::live {
namespace {

constexpr std::size_t bytes_beside = 128;  // of an entry without its document

}  // namespace

void ChangeHistory::add(QueryNumber query, QueryPosition position, const std::vector<ListChange>& steps) {
  Steps& kept = queries_[query];
  if (kept.entries.empty()) kept.first = position;
  for (const ListChange& step : steps) {
    const std::size_t bytes = bytes_beside + step.task->wire_json().size();
    kept.entries.push_back({step, bytes});
    order_.push_back({query, position++});
    bytes_ += bytes;
  }
  while (!order_.empty() && (order_.size() > limits_.changes || bytes_ > limits_.bytes)) drop_oldest();
}

void ChangeHistory::drop_oldest() {
  const Place place = order_.front();
  order_.pop_front();
  const auto found = queries_.find(place.query);
  if (found == queries_.end() || found->second.entries.empty() || found->second.first != place.position) return;
  bytes_ -= found->second.entries.front().bytes;
  found->second.entries.pop_front();
  ++found->second.first;
  if (found->second.entries.empty()) queries_.erase(found);
}

std::optional<std::vector<ListChange>> ChangeHistory::between(QueryNumber query, QueryPosition position,
                                                              QueryPosition now) const {
  if (position == now) return std::vector<ListChange>{};
  const auto found = queries_.find(query);
  if (found == queries_.end() || position > now || position < found->second.first) return std::nullopt;
  const auto& entries = found->second.entries;
  std::vector<ListChange> steps;
  for (auto at = position - found->second.first; at < entries.size(); ++at) steps.push_back(entries[at].step);
  return steps;
}

void ChangeHistory::forget(QueryNumber query) {
  const auto found = queries_.find(query);
  if (found == queries_.end()) return;
  for (const Entry& entry : found->second.entries) bytes_ -= entry.bytes;
  queries_.erase(found);
}

}  // namespace taskrunner::live
