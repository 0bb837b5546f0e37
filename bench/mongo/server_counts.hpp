#pragma once

#include <mongoc/mongoc.h>

#include <string>

namespace taskrunner::bench {

/// What a mongod has done since it was started.
struct ServerCounts {
  double commands = 0;         ///< from outside, but for the drivers' own monitoring
  double finds = 0;            ///< of these
  double document_writes = 0;  ///< inserted, updated, deleted
};

ServerCounts count_at_server(const std::string& url);

}  // namespace taskrunner::bench
