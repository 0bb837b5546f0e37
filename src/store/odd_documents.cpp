#include "store/odd_documents.hpp"

#include "base/log.hpp"

namespace taskrunner::store {
namespace {

constexpr std::size_t most_named = 10;

}  // namespace

void OddDocuments::note(const std::string& id, std::string_view why) {
  std::lock_guard lock(mutex_);
  if (known_.size() >= most_named || !known_.insert(id).second) return;
  log_warning("{}: document {} is left alone: {}", where_, id, why);
  if (known_.size() == most_named) log_warning("{}: further documents of this kind are not named; 'task-runner doctor' looks for them", where_);
}

}  // namespace taskrunner::store
