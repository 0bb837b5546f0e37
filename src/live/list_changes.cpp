#include "live/list_changes.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace taskrunner::live {
namespace {

using Places = std::unordered_map<ObjectId, std::size_t>;

Places places_of(std::span<const LiveTaskPtr> list) {
  Places places;
  places.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) places.emplace(list[i]->id(), i);
  return places;
}

/// The most tasks that can stay where they are: the longest run of `after` whose places in `before` ascend
/// (patience sorting). As places in `before`.
std::unordered_set<std::size_t> places_that_stay(const Places& before, std::span<const LiveTaskPtr> after) {
  std::vector<std::size_t> tails;                          // the least last place of a run of each length
  std::unordered_map<std::size_t, std::size_t> previous;  // of a place: the one before it in its run
  for (const LiveTaskPtr& task : after) {
    const auto found = before.find(task->id());
    if (found == before.end()) continue;
    const std::size_t place = found->second;
    const auto tail = std::lower_bound(tails.begin(), tails.end(), place);
    if (tail != tails.begin()) previous[place] = *(tail - 1);
    tail == tails.end() ? tails.push_back(place) : void(*tail = place);
  }
  std::unordered_set<std::size_t> staying;
  if (tails.empty()) return staying;
  std::size_t place = tails.back();
  staying.insert(place);
  for (auto next = previous.find(place); next != previous.end(); next = previous.find(place)) {
    place = next->second;
    staying.insert(place);
  }
  return staying;
}

}  // namespace

std::vector<ListChange> list_changes(std::span<const LiveTaskPtr> before, std::span<const LiveTaskPtr> after) {
  const Places places = places_of(before);
  const std::unordered_set<std::size_t> staying = places_that_stay(places, after);
  std::vector<ListChange> changes;
  // From the end, so that each position is the one of `before`.
  for (std::size_t i = before.size(); i-- > 0;)
    if (!staying.contains(i)) changes.push_back({ListChange::Kind::remove, i, before[i]});
  // From the start: before each step what lies left of it is as in `after` already.
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto place = places.find(after[i]->id());
    const bool stays = place != places.end() && staying.contains(place->second);
    if (!stays)
      changes.push_back({ListChange::Kind::insert, i, after[i]});
    else if (!is_same_revision(*before[place->second]->record(), *after[i]->record()))
      changes.push_back({ListChange::Kind::update, i, after[i]});
  }
  return changes;
}

}  // namespace taskrunner::live
