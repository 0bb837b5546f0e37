#pragma once

#include <taskrunner/json.hpp>

#include "store/mongo_client.hpp"

#include <string>
#include <vector>

namespace taskrunner::store {

/// What a host must be allowed to do and these privileges (`authenticatedUserPrivileges` of connectionStatus) do not
/// allow, each as "ACTION on COLLECTION". Pure.
std::vector<std::string> missing_rights(const JsonArray& privileges, const MongoCollections& names, bool share_topics);

}  // namespace taskrunner::store
