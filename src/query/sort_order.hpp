#pragma once

#include "doc/dotted_path.hpp"

#include <compare>
#include <vector>

namespace taskrunner {

/// The order of a query's result. Of an array counts its least element, or, descending, its greatest; an empty array
/// is below null, and missing is null. Several fields through one array count together, by that array's element
/// which comes first. Source: https://www.mongodb.com/docs/manual/reference/method/cursor.sort/
class SortOrder {
 public:
  /// What counts of a document: one value a field, within the document (or a constant of this program's).
  using Key = std::vector<const Json*>;

  /// {field: 1 or -1, …}, as normalise() makes it. Throws Error{invalid_argument} on a bad field name.
  explicit SortOrder(const JsonObject& sort);

  Key key(const JsonObject& document) const;
  std::weak_ordering compare(const Key& a, const Key& b) const;
  std::weak_ordering compare(const JsonObject& a, const JsonObject& b) const;

 private:
  struct Field {
    DottedPath path;
    bool descending;
  };
  class KeyMaker;

  std::weak_ordering compare_at(std::size_t field, const Json& a, const Json& b) const;

  std::vector<Field> fields_;
};

/// Refuses what no path may be: too long, too many parts, or an empty or `$` part.
DottedPath checked_path(std::string_view text, std::string_view what);

}  // namespace taskrunner
