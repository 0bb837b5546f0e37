#pragma once

#include <taskrunner/json.hpp>

namespace taskrunner {

/// Canonical Extended JSON (v2): every BSON type as plain JSON types, so that `from_extended_json` gives back
/// the same value: {"$numberInt": "5"}, {"$date": {"$numberLong": "…"}}, {"$oid": "…"} …
/// Source: https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
Json to_extended_json(const Json& value);

/// Replaces canonical and relaxed Extended JSON literals, at any depth, by the values that they mean.
/// {"$date": "2026-01-31T09:30:00Z"} is a date. Throws Error{invalid_argument} on a literal that is malformed;
/// an object whose first name begins with `$` but is no literal (a query operator) is left as it is.
Json from_extended_json(Json value);

}  // namespace taskrunner
