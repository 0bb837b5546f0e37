#pragma once

#include <taskrunner/json.hpp>

#include <string>
#include <string_view>

namespace taskrunner {

/// BSON bytes of one document. Throws Error{invalid_argument} where a name or a regular expression holds a NUL
/// byte, or where it nests deeper than 100 levels. Source: https://bsonspec.org/spec.html
std::string encode_bson(const JsonObject& document);

/// The reverse. Throws Error{invalid_argument} on bytes that are no whole document.
JsonObject decode_bson(std::string_view bytes);

/// Any single value, as the one member of a document: how a store keeps `data`, `response` …
std::string encode_bson_value(const Json& value);
Json decode_bson_value(std::string_view bytes);

}  // namespace taskrunner
