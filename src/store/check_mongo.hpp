#pragma once

#include "store/mongo_url.hpp"
#include "store/open_store.hpp"

#include <vector>

namespace taskrunner::store {

/// check_store() for MongoDB: server, replica set, rights, indexes, clock. Asks only; returns within seconds also where
/// nobody answers.
std::vector<StoreFinding> check_mongo(const MongoUrl& url, const StoreOptions& options);

}  // namespace taskrunner::store
