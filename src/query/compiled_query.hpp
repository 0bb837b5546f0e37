#pragma once

#include <taskrunner/query.hpp>

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace taskrunner {

class Expression;

/// A checked query, ready to match. MongoDB's semantics, document for document. Immutable and cheap to copy
/// (copies share the tree); usable from any thread.
///
/// The documents are tasks in their stored form (`_id`, not `id`; see core/task_document.hpp).
class CompiledQuery {
 public:
  struct Parts;
  explicit CompiledQuery(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}

  /// Never throws. A regular expression that needs more than its budget of steps on a string does not match it.
  bool matches(const JsonObject& document) const;

  /// Which comes first in the result. Two documents compare equal only where their `_id`s are.
  /// MongoDB refuses a sort by two arrays that lie beside each other; here each counts by its own least or greatest
  /// element, as where the fields together come to more than 10,000 places in arrays. Nor does MongoDB sort by a number
  /// that is an index of an array and a name in its elements; here the name counts.
  std::weak_ordering compare(const JsonObject& a, const JsonObject& b) const;

  std::size_t skip() const;
  /// At least 1; skip + limit is at most 10,000.
  std::size_t limit() const;

  /// The query in its one form: Extended JSON literals replaced, `id` is `_id`, hex ids are ObjectIds, the sort
  /// ends in `_id`, the limit is a number above 0. Equal queries have equal forms; parsing it again gives it again.
  const Query& query() const;

  /// What the filter demands of a field by equality: a match has one of these values there (or, where the field
  /// holds an array, in it); null among them means null or absent. No value at all: nothing matches. nullopt: it
  /// demands nothing that this can tell. Only top-level conditions joined by "and" are looked at, so a document
  /// with such a value still has to be matched.
  std::optional<std::vector<Json>> equality_on(std::string_view field) const;

  /// The filter's tree (query/expression.hpp), for a store that can do a part of it itself.
  const Expression& filter() const;

  /// True where the filter is empty.
  bool matches_everything() const;

 private:
  std::shared_ptr<const Parts> parts_;
};

/// Throws Error{invalid_argument} that names the operator or field that is wrong: not on the allow-list, of a wrong
/// type, too deep, too long, too many values or regular expressions (query/limits.hpp), a negative skip or limit,
/// skip + limit above 10,000.
CompiledQuery parse_query(const Query& query);

/// The window of the result: those that match, in order, without the first `skip`, at most `limit`.
/// The pointers are into `documents`; the order of equal documents (same `_id`) is theirs.
std::vector<const JsonObject*> apply_query(const CompiledQuery& query, const std::vector<const JsonObject*>& documents);

}  // namespace taskrunner
