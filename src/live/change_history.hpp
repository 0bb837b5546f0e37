#pragma once

#include "live/list_changes.hpp"
#include "live/query_index.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace taskrunner::live {

/// How many steps a query has told since it was opened; a place in its history.
using QueryPosition = std::uint64_t;

/// The last steps of all queries of a hub, for clients that come back: bounded in number and bytes over all of them,
/// the oldest go first. One loop only.
class ChangeHistory {
 public:
  struct Limits {
    std::size_t changes = 20'000;
    std::size_t bytes = 32 * 1024 * 1024;  ///< of the JSON of what is kept
  };
  ChangeHistory() : ChangeHistory(Limits()) {}
  explicit ChangeHistory(Limits limits) : limits_(limits) {}

  /// The steps that lead on from `position`.
  void add(QueryNumber query, QueryPosition position, const std::vector<ListChange>& steps);
  /// The steps from `position` to `now`; nothing where they are not all here.
  std::optional<std::vector<ListChange>> between(QueryNumber query, QueryPosition position, QueryPosition now) const;
  /// What came before is of no use: the list was told anew, or the query closed.
  void forget(QueryNumber query);

  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    ListChange step;
    std::size_t bytes;
  };
  struct Steps {
    QueryPosition first = 0;  ///< the position before the oldest entry
    std::deque<Entry> entries;
  };
  struct Place {
    QueryNumber query;
    QueryPosition position;
  };
  void drop_oldest();

  const Limits limits_;
  std::unordered_map<QueryNumber, Steps> queries_;
  std::deque<Place> order_;  ///< of all entries, and of some that were forgotten
  std::size_t bytes_ = 0;
};

}  // namespace taskrunner::live
