#include "store/odd_documents.hpp"

#include "base/log.hpp"

namespace taskrunner::store {
namespace {

constexpr std::size_t most_named = 10;
constexpr std::size_t most_known = 1'000;

}  // namespace

void OddDocuments::note(const std::string& id, std::string_view why) {
  std::lock_guard lock(mutex_);
  if (known_.size() >= most_known || !known_.insert(id).second) return;
  if (known_.size() <= most_named) log_warning("{}: document {} is left alone: {}", where_, id, why);
  if (known_.size() == most_named) log_warning("{}: further documents of this kind are not named", where_);
}

std::size_t OddDocuments::count() const {
  std::lock_guard lock(mutex_);
  return known_.size();
}

}  // namespace taskrunner::store
