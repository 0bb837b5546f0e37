#pragma once

#include "live_clients/world.hpp"
#include "store/mongo_client.hpp"
#include "support/mongod.hpp"
#include "support/temporary_folder.hpp"

#include <memory>
#include <string>

namespace taskrunner::model {

/// Lives on through the host's restarts.
class MemoryGround final : public Ground {
 public:
  std::shared_ptr<Store> open(const Clock& clock, const std::shared_ptr<Random>& random) override;
  void disturb(std::size_t) override {}
  bool is_exact() const override { return true; }

 private:
  std::shared_ptr<Store> store_;
};

/// Its file is closed and opened again at each restart.
class SqliteGround final : public Ground {
 public:
  std::shared_ptr<Store> open(const Clock& clock, const std::shared_ptr<Random>& random) override;
  void disturb(std::size_t) override {}
  bool is_exact() const override { return true; }

 private:
  const test::TemporaryFolder folder_;
};

/// A real replica set of one member, and a connection to that, primary or not.
struct MongoServer {
  test::Mongod process{{"--setParameter", "enableTestCommands=1"}};
  store::MongoCollections member;
  MongoServer();
};

/// A database of a real replica set, whose primary steps down and whose change streams break and forget.
class MongoGround final : public Ground {
 public:
  explicit MongoGround(MongoServer& server) : server_(server), url_(server.process.fresh_url()) {}
  std::shared_ptr<Store> open(const Clock& clock, const std::shared_ptr<Random>& random) override;
  void disturb(std::size_t which) override;
  /// MongoDB does not sort by two arrays beside each other, and `data` holds some.
  bool can_answer(const Query& query) const override;
  bool is_exact() const override { return false; }

 private:
  void step_down();
  void let_get_more_fail(JsonObject how);
  void tell_server(const Json& command);

  MongoServer& server_;
  const std::string url_;
};

}  // namespace taskrunner::model
