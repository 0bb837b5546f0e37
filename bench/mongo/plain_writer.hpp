#pragma once

#include "store/mongo_client.hpp"

#include <cstddef>
#include <string>

namespace taskrunner::bench {

/// Another program that writes tasks, with a bare driver.
class PlainWriter {
 public:
  explicit PlainWriter(const std::string& url);
  /// So many tasks of 100 B, by 1,000; durable when it returns.
  void insert(std::size_t count, const char* topic);

 private:
  void insert_some(std::size_t count, const char* topic);

  const store::MongoCollections names_;
  const store::MongoPool::Client client_;
};

}  // namespace taskrunner::bench
