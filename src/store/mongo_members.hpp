#pragma once

#include "store/mongo_client.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::store {

/// One server of a deployment as it answers now.
struct MongoMember {
  std::string address;  ///< HOST:PORT
  bool answers = false;
  bool is_arbiter = false;
  /// By how much its clock is ahead of this machine's (negative: behind); nothing where it does not answer. Good to half
  /// the time that the answer took.
  std::optional<std::int64_t> ahead_ms;
};

/// Asks every member that the pool knows of. Those that its monitor has not reached count as silent, and are not waited for.
std::vector<MongoMember> ask_members(MongoPool& pool);

}  // namespace taskrunner::store
