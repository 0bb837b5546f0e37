#include "doc/bson_order.hpp"

#include "doc/bson.hpp"
#include "doc/bson_reader.hpp"
#include "doc/bson_type.hpp"
#include "doc/decimal128.hpp"

#include <cmath>
#include <cstring>

namespace taskrunner {
namespace {

// The ranks in MongoDB's order; undefined stands below null.
enum Rank : int {
  rank_min_key = -1,
  rank_undefined = 0,
  rank_null = 5,
  rank_number = 10,
  rank_string = 15,
  rank_object = 20,
  rank_array = 25,
  rank_binary = 30,
  rank_object_id = 35,
  rank_bool = 40,
  rank_date = 45,
  rank_timestamp = 47,
  rank_regex = 50,
  rank_db_pointer = 55,
  rank_code = 60,
  rank_code_with_scope = 65,
  rank_max_key = 127,
};

int rank_of_rare(std::uint8_t type) {
  switch (type) {
    case bson_min_key: return rank_min_key;
    case bson_undefined: return rank_undefined;
    case bson_decimal128: return rank_number;
    case bson_symbol: return rank_string;
    case bson_timestamp: return rank_timestamp;
    case bson_regex: return rank_regex;
    case bson_db_pointer: return rank_db_pointer;
    case bson_code: return rank_code;
    case bson_code_with_scope: return rank_code_with_scope;
    default: return rank_max_key;
  }
}

const RareBson* rare(const Json& value) { return std::get_if<RareBson>(&value.value()); }

std::weak_ordering compare_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) <=> !std::isnan(b);
  return a < b ? std::weak_ordering::less : a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

/// Exact: the double is compared with the integer itself, not with the integer rounded to a double.
std::weak_ordering compare_integer_with_double(std::int64_t a, double b) {
  constexpr double two_to_63 = 9223372036854775808.0;
  if (std::isnan(b) || b < -two_to_63) return std::weak_ordering::greater;
  if (b >= two_to_63) return std::weak_ordering::less;
  const double whole = std::trunc(b);
  if (const auto order = a <=> static_cast<std::int64_t>(whole); order != 0) return order;
  return compare_doubles(0, b - whole);
}

std::weak_ordering reversed(std::weak_ordering order) { return 0 <=> order; }

Decimal128 decode_decimal(const RareBson& decimal) {
  if (decimal.payload.size() != 16) malformed_bson("a decimal's length");
  return Decimal128::decode(decimal.payload);
}

std::weak_ordering compare_decimal_with(const RareBson& decimal, const Json& number) {
  const Decimal128 value = decode_decimal(decimal);
  if (const RareBson* other = rare(number)) return compare(value, decode_decimal(*other));
  if (const auto* real = std::get_if<double>(&number.value())) return compare(value, *real);
  return compare(value, Decimal128::from_int64(number.as_int64()));
}

std::weak_ordering compare_numbers(const Json& a, const Json& b) {
  if (const RareBson* decimal = rare(a)) return compare_decimal_with(*decimal, b);
  if (const RareBson* decimal = rare(b)) return reversed(compare_decimal_with(*decimal, a));
  const auto* real_a = std::get_if<double>(&a.value());
  const auto* real_b = std::get_if<double>(&b.value());
  if (real_a && real_b) return compare_doubles(*real_a, *real_b);
  if (real_b) return compare_integer_with_double(a.as_int64(), *real_b);
  if (real_a) return reversed(compare_integer_with_double(b.as_int64(), *real_a));
  return a.as_int64() <=> b.as_int64();
}

std::string_view text_of(const Json& value) {
  if (const std::string* text = value.if_string()) return *text;
  return BsonReader(rare(value)->payload).string();
}

std::weak_ordering compare_members(const JsonObject::Member& a, const JsonObject::Member& b) {
  if (const auto order = bson_rank(a.second) <=> bson_rank(b.second); order != 0) return order;
  if (const auto order = a.first.compare(b.first); order != 0) return order <=> 0;
  return compare_bson(a.second, b.second);
}

std::weak_ordering compare_objects(const JsonObject& a, const JsonObject& b) {
  auto left = a.begin(), right = b.begin();
  for (; left != a.end() && right != b.end(); ++left, ++right)
    if (const auto order = compare_members(*left, *right); order != 0) return order;
  return a.size() <=> b.size();
}

std::weak_ordering compare_arrays(const JsonArray& a, const JsonArray& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (const auto order = compare_bson(a[i], b[i]); order != 0) return order;
  return a.size() <=> b.size();
}

std::weak_ordering compare_binary(const Binary& a, const Binary& b) {
  if (const auto order = a.bytes.size() <=> b.bytes.size(); order != 0) return order;
  if (const auto order = a.subtype <=> b.subtype; order != 0) return order;
  return a.bytes.compare(b.bytes) <=> 0;
}

std::weak_ordering compare_timestamps(BsonReader a, BsonReader b) {
  return a.number<std::uint64_t>() <=> b.number<std::uint64_t>();
}

std::weak_ordering compare_regexes(BsonReader a, BsonReader b) {
  if (const int order = a.c_string().compare(b.c_string()); order != 0) return order <=> 0;
  return a.c_string().compare(b.c_string()) <=> 0;
}

std::weak_ordering compare_code_with_scope(BsonReader a, BsonReader b) {
  a.take(4), b.take(4);
  if (const int order = a.string().compare(b.string()); order != 0) return order <=> 0;
  return compare_objects(decode_bson(a.rest()), decode_bson(b.rest()));
}

std::weak_ordering compare_payload_sizes_first(const std::string& a, const std::string& b) {
  if (const auto order = a.size() <=> b.size(); order != 0) return order;
  return a.compare(b) <=> 0;
}

template <typename T>
const T& get(const Json& value) {
  return std::get<T>(value.value());
}

}  // namespace

int bson_rank(const Json& value) {
  static constexpr int ranks[] = {rank_null,   rank_bool,  rank_number, rank_number,    rank_number, rank_string,
                                  rank_array, rank_object, rank_object_id, rank_date, rank_binary};
  const std::size_t index = value.value().index();
  return index < std::size(ranks) ? ranks[index] : rank_of_rare(get<RareBson>(value).type);
}

std::weak_ordering compare_bson(const Json& a, const Json& b) {
  const int rank = bson_rank(a);
  if (const auto order = rank <=> bson_rank(b); order != 0) return order;
  switch (rank) {
    case rank_number: return compare_numbers(a, b);
    case rank_string: return text_of(a).compare(text_of(b)) <=> 0;
    case rank_object: return compare_objects(a.as_object(), b.as_object());
    case rank_array: return compare_arrays(a.as_array(), b.as_array());
    case rank_binary: return compare_binary(get<Binary>(a), get<Binary>(b));
    case rank_object_id: return get<ObjectId>(a) <=> get<ObjectId>(b);
    case rank_bool: return a.as_bool() <=> b.as_bool();
    case rank_date: return get<Date>(a).ms <=> get<Date>(b).ms;
    case rank_timestamp: return compare_timestamps(BsonReader(rare(a)->payload), BsonReader(rare(b)->payload));
    case rank_regex: return compare_regexes(BsonReader(rare(a)->payload), BsonReader(rare(b)->payload));
    case rank_db_pointer: return compare_payload_sizes_first(rare(a)->payload, rare(b)->payload);
    case rank_code: return text_of(a).compare(text_of(b)) <=> 0;
    case rank_code_with_scope:
      return compare_code_with_scope(BsonReader(rare(a)->payload), BsonReader(rare(b)->payload));
    default: return std::weak_ordering::equivalent;
  }
}

bool equal_bson(const Json& a, const Json& b) {
  const std::string* text_a = a.if_string();
  const std::string* text_b = b.if_string();
  if (text_a && text_b) return *text_a == *text_b;
  return compare_bson(a, b) == 0;
}

bool is_nan(const Json& value) {
  if (const auto* real = std::get_if<double>(&value.value())) return std::isnan(*real);
  const RareBson* decimal = rare(value);
  return decimal && decimal->type == bson_decimal128 && decode_decimal(*decimal).kind == Decimal128::Kind::nan;
}

}  // namespace taskrunner
