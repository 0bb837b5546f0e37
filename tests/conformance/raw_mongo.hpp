#pragma once

#include <taskrunner/json.hpp>

#include "store/mongo_client.hpp"

#include <optional>
#include <string>

namespace taskrunner::conformance {

/// A store's database as any other program reaches it: plain commands, no store of ours.
class RawMongo {
 public:
  explicit RawMongo(const std::string& url) : names_(store::open_collections(store::parse_mongo_url(url))) {}

  /// Its answer. A refusal fails the test.
  JsonObject run(const Json& command, const std::string& database = {});

  void insert(Json document);
  /// The document as it stands, or nothing.
  std::optional<JsonObject> find(const Json& filter);
  /// The next `times` commands of that name fail as `how` says (MongoDB's fail point failCommand).
  void let_fail(const std::string& command, int times, JsonObject how);

  const store::MongoCollections& names() const { return names_; }

 private:
  const store::MongoCollections names_;
};

}  // namespace taskrunner::conformance
