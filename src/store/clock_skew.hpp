#pragma once

#include "store/mongo_members.hpp"
#include "store/open_store.hpp"

#include <vector>

namespace taskrunner::store {

/// What the members' clocks are worth a word about. Pure; says nothing where no member told its time.
void check_clocks(const std::vector<MongoMember>& members, std::vector<StoreFinding>& findings);

}  // namespace taskrunner::store
