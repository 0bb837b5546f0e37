#pragma once

#include <taskrunner/query.hpp>

#include "store/mongo_client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace taskrunner::oracle {

/// What a query was answered with.
struct Answer {
  std::vector<std::string> ids;  ///< of the documents found, in order; Extended JSON
  std::string refusal;           ///< why there is no answer; empty where there is one

  bool is_refused() const { return !refusal.empty(); }
};

/// A collection of a real mongod: what MongoDB itself says.
class Oracle {
 public:
  /// Throws Error where the URL is bad.
  explicit Oracle(const std::string& url);

  /// From now on these and no others. Throws std::runtime_error where mongod takes them not.
  void hold(const std::vector<JsonObject>& documents);
  /// The query as it was written, but that its sort ends in `_id`. Throws std::runtime_error where mongod does not answer.
  Answer find(const Query& query);

 private:
  JsonObject run(const Json& command);

  const store::MongoCollections names_;
  store::MongoPool::Client client_;
};

// What src/query says about the documents, by each of its two ways to order them.
Answer answer_by_keys(const Query& query, const std::vector<JsonObject>& documents);
Answer answer_by_pairs(const Query& query, const std::vector<JsonObject>& documents);

/// MongoDB refuses once it has found the documents: by two arrays beside each other, and by a number that is an index of an
/// array and a name in its elements, it does not sort. src/query does (see CompiledQuery::compare).
bool is_about_sorting(const Answer& answer);

}  // namespace taskrunner::oracle
