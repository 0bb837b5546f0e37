#pragma once

#include "store/mongo_client.hpp"

#include <string>

namespace taskrunner::bench {

/// Another program that writes tasks, with a bare driver.
class PlainWriter {
 public:
  explicit PlainWriter(const std::string& url);
  /// Durable when it returns.
  void insert_one(const char* topic);

 private:
  const store::MongoCollections names_;
  const store::MongoPool::Client client_;
};

}  // namespace taskrunner::bench
