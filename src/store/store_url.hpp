#pragma once

#include <string>
#include <string_view>

namespace taskrunner::store {

/// A store's URL, taken apart.
struct StoreUrl {
  enum class Kind { memory, sqlite };
  Kind kind = Kind::memory;
  std::string path;                  ///< of a file
  std::string collection = "tasks";
};

/// `memory:` or `sqlite:PATH[?collection=NAME]`. Throws Error{invalid_argument} that says what is wrong, and
/// Error{not_supported} for a kind of store that this build has not.
StoreUrl parse_store_url(std::string_view url);

}  // namespace taskrunner::store
