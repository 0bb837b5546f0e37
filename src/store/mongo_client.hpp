#pragma once

#include "store/mongo_url.hpp"

#include <mongoc/mongoc.h>

#include <cstdint>
#include <memory>
#include <string>

namespace taskrunner::store {

/// How long is waited where the URL says nothing. libmongoc's own are 30 s, 10 s and 5 minutes.
struct MongoTimeOuts {
  std::int32_t primary_ms = 3'000;  ///< to find the primary
  std::int32_t connect_ms = 3'000;
  std::int32_t answer_ms = 15'000;
};

/// The clients of one MongoDB deployment. A client is of one thread at a time: whoever has something to ask takes one
/// for so long. Thread-safe. Nothing is connected before the first command.
class MongoPool {
 public:
  /// Throws Error{invalid_argument} where libmongoc refuses the URL, {unavailable} where an SRV name is not found.
  explicit MongoPool(const MongoUrl& url, const MongoTimeOuts& time_outs = {});
  ~MongoPool();
  MongoPool(const MongoPool&) = delete;
  MongoPool& operator=(const MongoPool&) = delete;

  struct GiveBack {
    mongoc_client_pool_t* pool;
    void operator()(mongoc_client_t* client) const { mongoc_client_pool_push(pool, client); }
  };
  /// Goes back to the pool, which must outlive it.
  using Client = std::unique_ptr<mongoc_client_t, GiveBack>;

  /// Blocks while all (maxPoolSize, default 100) are taken.
  Client take() { return Client(mongoc_client_pool_pop(pool_), GiveBack{pool_}); }

 private:
  mongoc_client_pool_t* pool_;
};

/// Where a store's documents are: the pool to reach them by, and the names. A value; copies share the pool.
struct MongoCollections {
  std::shared_ptr<MongoPool> pool;
  std::string database;
  std::string tasks;      ///< the collection that the URL names
  std::string hosts;      ///< `<tasks>.hosts`: sessions
  std::string schedules;  ///< `<tasks>.schedules`: last ticks
  std::string shown;      ///< the URL without secrets, for people and logs
  MongoUrl url;           ///< with secrets: for pools with time-outs of their own
};

MongoCollections open_collections(const MongoUrl& url);

}  // namespace taskrunner::store
