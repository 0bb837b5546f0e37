#pragma once

#include <taskrunner/store.hpp>

#include "base/clock.hpp"
#include "base/random.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::store {

/// What every store is given. The clock must outlive the store.
struct StoreOptions {
  /// MongoDB stores go by their primary's clock instead, unless this is another than the system's.
  const Clock* clock = &system_clock();
  std::shared_ptr<Random> random;  ///< null: seeded by the system
  KeepPolicy keep;
  /// MongoDB only: runners of the old kind have the same topics. What they may not do to tasks of ours the server then
  /// refuses (task_validator.hpp), and what dead ones left is adopted.
  bool share_topics = false;
  std::int64_t sharing_period_ms = 60'000;  ///< how often it is seen to that this is so
};

/// Opens a store by its URL (default collection `tasks`):
///  - `memory:`: a new one each time.
///  - `sqlite:PATH[?collection=NAME]`: PATH is created where it is missing, its folder is not. Within a process the same
///    file and collection is one store, with the options of whoever came first. Opening a collection ends all sessions
///    in it.
///  - `mongodb://[USER:PASSWORD@]HOSTS/DATABASE[?collection=NAME&…]` and `mongodb+srv://…`: a replica set, shared with
///    whoever else opens it.
///
/// Throws Error: invalid_argument for a URL that is wrong or options that it cannot have, conflict where another process holds the file, where it is
/// no database of ours or of a newer schema, not_supported where a server is no replica set, and unavailable where it
/// cannot be read or written.
std::shared_ptr<Store> open_store(std::string_view url, const StoreOptions& options);

/// Other processes may open the store of that URL too, and run its tasks. Throws Error{invalid_argument}.
bool is_shared(std::string_view url);

/// The URL without secrets, for people and logs. Throws Error{invalid_argument}.
std::string shown_url(std::string_view url);

/// One thing that was looked at.
struct StoreFinding {
  bool ok = false;
  std::string what;    ///< what works or does not
  std::string remedy;  ///< how to mend it; empty where nothing is to be mended
};

/// What of the store works and what does not, opened with these options, for `doctor`. Changes nothing, takes no lock for longer than the look,
/// creates no file. Never throws for a store that is broken.
std::vector<StoreFinding> check_store(std::string_view url, const StoreOptions& options);

}  // namespace taskrunner::store
