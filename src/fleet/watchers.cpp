#include "fleet/watchers.hpp"

#include <algorithm>
#include <cstdint>

namespace taskrunner::fleet {
namespace {

/// FNV-1a over both ids, then mixed: neighbouring ids differ in a few bits only.
std::uint64_t weight_of(const ObjectId& watcher, const ObjectId& watched) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const ObjectId* id : {&watcher, &watched})
    for (const auto byte : id->bytes()) hash = (hash ^ byte) * 1099511628211ULL;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
  return hash ^ (hash >> 33);
}

bool is_watcher(const ObjectId& own, const ObjectId& watched, const std::vector<ObjectId>& sessions) {
  const std::uint64_t weight = weight_of(own, watched);
  const auto heavier = std::count_if(sessions.begin(), sessions.end(), [&](const ObjectId& other) {
    return other != watched && other != own && weight_of(other, watched) > weight;
  });
  return static_cast<std::size_t>(heavier) < watchers_each;
}

}  // namespace

std::vector<ObjectId> watched_by(const ObjectId& own, const std::vector<ObjectId>& open_sessions) {
  std::vector<ObjectId> watched;
  for (const ObjectId& session : open_sessions)
    if (session != own && is_watcher(own, session, open_sessions)) watched.push_back(session);
  return watched;
}

}  // namespace taskrunner::fleet
