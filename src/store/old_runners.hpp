#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace taskrunner::store {

/// What a store sees of runners of the old kind: they claim without a lease. Where that was not agreed upon
/// (StoreOptions::share_topics), it says so in the log, once for each topic that is run here too. Thread-safe.
class OldRunners {
 public:
  /// `where` is for people: the store without secrets.
  OldRunners(std::string where, bool are_expected) : where_(std::move(where)), are_expected_(are_expected) {}

  /// A session of this store runs these.
  void run_here(const std::vector<std::string>& topics);
  /// One of them has claimed a task of that topic.
  void note_claim(const std::string& topic);

  std::vector<std::string> topics_here() const;
  /// That were claimed by them and are run here, whether expected or not.
  std::vector<std::string> topics_of_both() const;

 private:
  const std::string where_;
  const bool are_expected_;
  mutable std::mutex mutex_;
  std::set<std::string> here_;
  std::set<std::string> of_both_;
};

}  // namespace taskrunner::store
