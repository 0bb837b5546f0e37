#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>

namespace taskrunner {

/// The type byte of a BSON element. Source: https://bsonspec.org/spec.html
enum BsonType : std::uint8_t {
  bson_double = 0x01,
  bson_string = 0x02,
  bson_document = 0x03,
  bson_array = 0x04,
  bson_binary = 0x05,
  bson_undefined = 0x06,
  bson_object_id = 0x07,
  bson_bool = 0x08,
  bson_date = 0x09,
  bson_null = 0x0A,
  bson_regex = 0x0B,
  bson_db_pointer = 0x0C,
  bson_code = 0x0D,
  bson_symbol = 0x0E,
  bson_code_with_scope = 0x0F,
  bson_int32 = 0x10,
  bson_timestamp = 0x11,
  bson_int64 = 0x12,
  bson_decimal128 = 0x13,
  bson_max_key = 0x7F,
  bson_min_key = 0xFF,
};

/// The type byte that the value has in BSON.
std::uint8_t bson_type(const Json& value);

}  // namespace taskrunner
