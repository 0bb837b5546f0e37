#include "store/old_runners.hpp"

#include "base/log.hpp"

namespace taskrunner::store {

void OldRunners::run_here(const std::vector<std::string>& topics) {
  std::lock_guard lock(mutex_);
  here_.insert(topics.begin(), topics.end());
}

void OldRunners::note_claim(const std::string& topic) {
  std::lock_guard lock(mutex_);
  if (!here_.contains(topic) || !of_both_.insert(topic).second || are_expected_) return;
  log_warning("{}: tasks of {} are claimed by runners of the old kind too, which know nothing of leases: they may end or start "
              "again what runs here. Give the topic to one kind of runner, or start every host with --share-topics",
              where_, topic);
}

std::vector<std::string> OldRunners::topics_here() const {
  std::lock_guard lock(mutex_);
  return {here_.begin(), here_.end()};
}

std::vector<std::string> OldRunners::topics_of_both() const {
  std::lock_guard lock(mutex_);
  return {of_both_.begin(), of_both_.end()};
}

}  // namespace taskrunner::store
