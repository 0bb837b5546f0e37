#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace taskrunner::store::expression {

// Words of MongoDB's aggregation language, for update pipelines.
// Source: https://www.mongodb.com/docs/manual/reference/operator/aggregation/

/// {$name: argument}
inline Json call(std::string name, Json argument) {
  JsonObject object;
  object.append(std::move(name), std::move(argument));
  return object;
}
inline Json call(std::string name, Json a, Json b) {
  return call(std::move(name), JsonArray{std::move(a), std::move(b)});
}

/// A value from outside: whatever it looks like, it is taken as it is.
inline Json literal(Json value) { return call("$literal", std::move(value)); }
/// As the value of a field that is set: the field goes.
inline Json removed() { return "$$REMOVE"; }

inline Json equal(Json a, Json b) { return call("$eq", std::move(a), std::move(b)); }
inline Json add(Json a, Json b) { return call("$add", std::move(a), std::move(b)); }
inline Json either(Json a, Json b) { return call("$or", std::move(a), std::move(b)); }
inline Json both(Json a, Json b) { return call("$and", std::move(a), std::move(b)); }
inline Json choose(Json condition, Json then, Json otherwise) {
  return call("$cond", JsonArray{std::move(condition), std::move(then), std::move(otherwise)});
}
inline Json or_else(Json value, Json otherwise) { return call("$ifNull", std::move(value), std::move(otherwise)); }

/// A date as stored documents have it: docs/document.md.
inline Json iso_text(Json date) { return call("$dateToString", Json{{"date", std::move(date)}}); }
/// The store's time as such a text, of a command whose variables are let_now(): worked out once, not for each document.
inline Json now_text() { return "$$nowText"; }
inline JsonObject let_now(Json now_date) { return Json{{"nowText", iso_text(std::move(now_date))}}.as_object(); }
/// A counter is absent where it is 0.
inline Json count(const std::string& field) { return or_else(Json("$" + field), 0); }
inline Json absent_where_0(Json value) { return choose(call("$gt", value, 0), value, removed()); }

/// A stage, or the value of `updates`' element.
inline Json set(JsonObject fields) { return call("$set", std::move(fields)); }

}  // namespace taskrunner::store::expression
