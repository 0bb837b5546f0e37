#include "query/predicate.hpp"

#include "doc/bson_order.hpp"
#include "doc/bson_reader.hpp"
#include "doc/bson_type.hpp"
#include "doc/decimal128.hpp"
#include "query/expression.hpp"

#include <algorithm>

namespace taskrunner {
namespace {

const RareBson* rare_of(const Json& value, std::uint8_t type) {
  const auto* rare = std::get_if<RareBson>(&value.value());
  return rare && rare->type == type ? rare : nullptr;
}

bool comes_before(const Json& a, const Json& b) { return compare_bson(a, b) < 0; }

std::optional<std::int64_t> whole_part(const Decimal128& decimal) {
  constexpr auto bound = Decimal128::Coefficient{1} << 63;
  if (decimal.kind != Decimal128::Kind::finite) return std::nullopt;
  auto coefficient = decimal.coefficient;
  for (int exponent = decimal.exponent; exponent < 0 && coefficient != 0; ++exponent) coefficient /= 10;
  for (int exponent = decimal.exponent; exponent > 0 && coefficient != 0 && coefficient <= bound; --exponent)
    coefficient *= 10;
  if (coefficient > bound || (coefficient == bound && !decimal.negative)) return std::nullopt;
  const auto bits = static_cast<std::uint64_t>(coefficient);
  return static_cast<std::int64_t>(decimal.negative ? 0 - bits : bits);
}

}  // namespace

std::optional<std::int64_t> truncated_int64(const Json& number) {
  constexpr double two_to_63 = 9223372036854775808.0;
  if (const RareBson* decimal = rare_of(number, bson_decimal128))
    return decimal->payload.size() == 16 ? whole_part(Decimal128::decode(decimal->payload)) : std::nullopt;
  if (!number.is_number()) return std::nullopt;
  const auto* real = std::get_if<double>(&number.value());
  if (!real) return number.as_int64();
  if (!(*real >= -two_to_63 && *real < two_to_63)) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

Equals::Equals(Json value) : value_(std::move(value)) {}

bool Equals::test(const Json* value) const {
  if (!value) return value_.is_null();
  if (value_.is_null() && rare_of(*value, bson_undefined)) return true;
  return equal_bson(*value, value_);
}

Compares::Compares(Side side, bool or_equal, Json bound)
    : side_(side), or_equal_(or_equal), bound_(std::move(bound)), rank_(bson_rank(bound_)), is_nan_(is_nan(bound_)) {}

bool Compares::test(const Json* value) const {
  static const Json undefined = RareBson{bson_undefined, {}};
  const Json& found = value ? *value : undefined;
  const int rank = bson_rank(found);
  if (rank != rank_) return test_other_rank(rank);
  if (is_nan_ || is_nan(found)) return or_equal_ && is_nan_ && is_nan(found);
  const auto order = compare_bson(found, bound_);
  return order == 0 ? or_equal_ : (side_ == Side::less) == (order < 0);
}

bool Compares::test_other_rank(int rank) const {
  static const int null_rank = bson_rank(nullptr), undefined_rank = bson_rank(RareBson{bson_undefined, {}});
  if (rank == undefined_rank && rank_ == null_rank) return or_equal_;
  if (rare_of(bound_, bson_max_key)) return side_ == Side::less;
  if (rare_of(bound_, bson_min_key)) return side_ == Side::greater;
  return false;
}

bool MatchesRegex::test(const Json* value) const {
  if (!value) return false;
  if (const std::string* text = value->if_string()) return regex_.found_in(*text);
  if (const RareBson* symbol = rare_of(*value, bson_symbol)) return regex_.found_in(BsonReader(symbol->payload).string());
  const RareBson* same = rare_of(*value, bson_regex);
  if (!same) return false;
  BsonReader reader(same->payload);
  return reader.c_string() == regex_.pattern() && reader.c_string() == regex_.options();
}

IsIn::IsIn(std::vector<Json> values, std::vector<PredicatePtr> regexes)
    : values_(std::move(values)), regexes_(std::move(regexes)) {
  std::stable_sort(values_.begin(), values_.end(), comes_before);
  values_.erase(std::unique(values_.begin(), values_.end(), equal_bson), values_.end());
  has_null_ = std::any_of(values_.begin(), values_.end(), [](const Json& value) { return value.is_null(); });
}

bool IsIn::test(const Json* value) const {
  if (!value) return has_null_;
  if (has_null_ && rare_of(*value, bson_undefined)) return true;
  if (std::binary_search(values_.begin(), values_.end(), *value, comes_before)) return true;
  return std::any_of(regexes_.begin(), regexes_.end(), [&](const auto& regex) { return regex->test(value); });
}

bool HasType::test(const Json* value) const {
  return value && std::find(types_.begin(), types_.end(), bson_type(*value)) != types_.end();
}

bool HasRemainder::test(const Json* value) const {
  const auto number = value ? truncated_int64(*value) : std::nullopt;
  if (!number) return false;
  if (divisor_ == -1) return remainder_ == 0;  // the one division that could overflow
  return *number % divisor_ == remainder_;
}

bool HasSize::test(const Json* value) const {
  const JsonArray* array = value ? value->if_array() : nullptr;
  return array && array->size() == size_;
}

HasElement::HasElement(As as, std::unique_ptr<const Expression> element) : as_(as), element_(std::move(element)) {}
HasElement::~HasElement() = default;

bool HasElement::test(const Json* value) const {
  const JsonArray* array = value ? value->if_array() : nullptr;
  if (!array) return false;
  return std::any_of(array->begin(), array->end(), [&](const Json& element) {
    if (as_ == As::value) return element_->matches_value(&element);
    return (element.is_object() || element.is_array()) && element_->matches(Members::of(element));
  });
}

}  // namespace taskrunner
