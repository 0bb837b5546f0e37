#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace taskrunner::store {

/// The documents of a collection that are no tasks of ours: left alone, and the first few named in the log, once each.
/// Thread-safe.
class OddDocuments {
 public:
  explicit OddDocuments(std::string where) : where_(std::move(where)) {}

  /// `id` is for people; `why` names the field.
  void note(const std::string& id, std::string_view why);

 private:
  const std::string where_;
  std::mutex mutex_;
  std::set<std::string> known_;
};

}  // namespace taskrunner::store
