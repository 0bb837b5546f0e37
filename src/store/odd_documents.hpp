#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace taskrunner::store {

/// The documents of a collection that are no tasks of ours: left alone, counted, and the first few named in the log,
/// once each. Thread-safe.
class OddDocuments {
 public:
  explicit OddDocuments(std::string where) : where_(std::move(where)) {}

  /// `id` is for people; `why` names the field.
  void note(const std::string& id, std::string_view why);

  /// How many different ones were met; from a thousand on no more are counted.
  std::size_t count() const;

 private:
  const std::string where_;
  mutable std::mutex mutex_;
  std::set<std::string> known_;
};

}  // namespace taskrunner::store
