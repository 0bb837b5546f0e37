#pragma once

#include <taskrunner/json.hpp>

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
  /// Has the server write down what it holds in memory, so that it does not while something is measured.
  void settle();

 private:
  void run(const char* database, const Json& command);
  void insert_some(std::size_t count, const char* topic);

  const store::MongoCollections names_;
  const store::MongoPool::Client client_;
};

}  // namespace taskrunner::bench
