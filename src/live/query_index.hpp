#pragma once

#include "query/compiled_query.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace taskrunner::live {

/// What a live query is known by within its hub; never used twice.
using QueryNumber = std::uint64_t;

/// Thousands of queries, found by the documents that may match them: each stands under the values that it demands of
/// one field, `_id` where it can. One that demands nothing is found by every document. Pure.
class QueryIndex {
 public:
  QueryIndex();
  ~QueryIndex();

  void add(QueryNumber number, const CompiledQuery& query);
  /// Harmless where it is not there.
  void remove(QueryNumber number);

  /// Appends every query that matches the document, and some that do not; one may come twice.
  void collect(const JsonObject& document, std::vector<QueryNumber>& found) const;

 private:
  class Field;
  struct Place;
  Field& field(const std::string& name);

  std::map<std::string, std::unique_ptr<Field>> fields_;
  std::unordered_map<QueryNumber, Place> places_;
  std::vector<QueryNumber> demanding_nothing_;
};

}  // namespace taskrunner::live
