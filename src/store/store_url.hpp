#pragma once

#include "store/mongo_url.hpp"

#include <string>
#include <string_view>

namespace taskrunner::store {

/// A store's URL, taken apart.
struct StoreUrl {
  enum class Kind { memory, sqlite, mongo };
  Kind kind = Kind::memory;
  std::string path;  ///< of a file
  std::string collection = "tasks";
  MongoUrl mongo;
};

/// `memory:`, `sqlite:PATH[?collection=NAME]`, or a MongoDB URL (mongo_url.hpp). Throws Error{invalid_argument} that says
/// what is wrong.
StoreUrl parse_store_url(std::string_view url);

}  // namespace taskrunner::store
