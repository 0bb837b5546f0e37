#include "doc/decimal128.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

namespace taskrunner {
namespace {

using Coefficient = Decimal128::Coefficient;

constexpr int max_digits = 34;
constexpr int bias = 6176;
constexpr int min_exponent = -bias;
constexpr int max_exponent = 6111;

constexpr Coefficient power_of_ten(int exponent) {
  Coefficient value = 1;
  for (int i = 0; i < exponent; ++i) value *= 10;
  return value;
}
constexpr Coefficient first_with_34_digits = power_of_ten(max_digits - 1);
constexpr Coefficient too_large = power_of_ten(max_digits);

std::string digits_of(Coefficient value) {
  std::string reversed;
  do {
    reversed.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return {reversed.rbegin(), reversed.rend()};
}

bool equal_without_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

/// Appends a digit, or drops it where it is a zero that no longer fits (`dropped` then counts).
bool push_digit(Decimal128& decimal, int digit, int& dropped) {
  if (decimal.coefficient < first_with_34_digits && dropped == 0) {
    decimal.coefficient = decimal.coefficient * 10 + static_cast<unsigned>(digit);
    return true;
  }
  ++dropped;
  return digit == 0;
}

/// Brings the exponent into its range without changing the value; false where that cannot be.
bool clamp(Decimal128& decimal) {
  if (decimal.coefficient == 0) {
    decimal.exponent = std::min(std::max(decimal.exponent, min_exponent), max_exponent);
    return true;
  }
  for (; decimal.exponent > max_exponent && decimal.coefficient < first_with_34_digits; --decimal.exponent)
    decimal.coefficient *= 10;
  for (; decimal.exponent < min_exponent && decimal.coefficient % 10 == 0; ++decimal.exponent)
    decimal.coefficient /= 10;
  return decimal.exponent >= min_exponent && decimal.exponent <= max_exponent;
}

/// Takes `e±12` off the front; 0 where there is none.
std::optional<int> take_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (exponent < -1'000'000 || exponent > 1'000'000) return std::nullopt;
  return exponent;
}

std::optional<Decimal128> parse_number(std::string_view text, bool negative) {
  Decimal128 decimal;
  decimal.negative = negative;
  int dropped = 0, fraction = 0;
  bool point = false, any = false;
  std::size_t i = 0;
  for (; i < text.size() && (text[i] == '.' || (text[i] >= '0' && text[i] <= '9')); ++i) {
    if (text[i] == '.') {
      if (std::exchange(point, true)) return std::nullopt;
      continue;
    }
    any = true;
    fraction += point;
    if (!push_digit(decimal, text[i] - '0', dropped)) return std::nullopt;
  }
  const auto exponent = take_exponent(text.substr(i));
  if (!any || !exponent || text.size() > 100'000) return std::nullopt;
  decimal.exponent = *exponent + dropped - fraction;
  if (!clamp(decimal)) return std::nullopt;
  return decimal;
}

/// The same value with 34 digits, so that exponent and coefficient decide an order one after the other.
Decimal128 widened(Decimal128 decimal) {
  for (; decimal.coefficient < first_with_34_digits; --decimal.exponent) decimal.coefficient *= 10;
  return decimal;
}

std::weak_ordering compare_magnitude(const Decimal128& a, const Decimal128& b) {
  const bool a_infinite = a.kind == Decimal128::Kind::infinity;
  const bool b_infinite = b.kind == Decimal128::Kind::infinity;
  if (a_infinite || b_infinite) return a_infinite <=> b_infinite;
  if (a.coefficient == 0 || b.coefficient == 0) return (a.coefficient != 0) <=> (b.coefficient != 0);
  const Decimal128 wide_a = widened(a), wide_b = widened(b);
  if (wide_a.exponent != wide_b.exponent) return wide_a.exponent <=> wide_b.exponent;
  return wide_a.coefficient <=> wide_b.coefficient;
}

/// A double's first 34 digits, and whether any of those that follow is not 0.
struct Leading {
  Decimal128 decimal;
  bool has_more = false;
};

Leading leading_digits(double value) {
  constexpr int all_digits = 800;  // no double has more
  char text[all_digits + 32];
  std::snprintf(text, sizeof text, "%.*e", all_digits, std::abs(value));
  const std::string_view whole(text);
  const std::string_view kept = whole.substr(0, 1 + max_digits);  // with the point
  const std::size_t exponent_at = whole.find('e');
  Leading leading;
  leading.has_more = whole.substr(0, exponent_at).find_first_not_of('0', kept.size()) != std::string_view::npos;
  const std::string shortened = std::string(kept) + std::string(whole.substr(exponent_at));
  leading.decimal = parse_number(shortened, std::signbit(value)).value_or(Decimal128());
  return leading;
}

int sign_of(const Decimal128& decimal) {
  if (decimal.kind == Decimal128::Kind::finite && decimal.coefficient == 0) return 0;
  return decimal.negative ? -1 : 1;
}

}  // namespace

Decimal128 Decimal128::from_int64(std::int64_t value) {
  Decimal128 decimal;
  decimal.negative = value < 0;
  const auto bits = static_cast<std::uint64_t>(value);
  decimal.coefficient = value < 0 ? 0 - bits : bits;
  return decimal;
}

std::optional<Decimal128> Decimal128::from_text(std::string_view text) {
  Decimal128 decimal;
  decimal.negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (equal_without_case(text, "nan"))
    decimal.kind = Kind::nan;
  else if (equal_without_case(text, "infinity") || equal_without_case(text, "inf"))
    decimal.kind = Kind::infinity;
  else
    return parse_number(text, decimal.negative);
  return decimal;
}

Decimal128 Decimal128::decode(std::string_view payload) {
  std::uint64_t low, high;
  std::memcpy(&low, payload.data(), sizeof low);
  std::memcpy(&high, payload.data() + sizeof low, sizeof high);
  Decimal128 decimal;
  decimal.negative = high >> 63;
  const unsigned combination = high >> 58 & 31;
  if (combination >= 30) {
    decimal.kind = combination == 31 ? Kind::nan : Kind::infinity;
    return decimal;
  }
  if (combination >= 24) {  // the form whose coefficient always has more than 34 digits
    decimal.exponent = static_cast<int>(high >> 47 & 0x3FFF) - bias;
    return decimal;
  }
  decimal.exponent = static_cast<int>(high >> 49 & 0x3FFF) - bias;
  decimal.coefficient = Coefficient{high & 0x1FFFFFFFFFFFF} << 64 | low;
  if (decimal.coefficient >= too_large) decimal.coefficient = 0;
  return decimal;
}

std::string Decimal128::encode() const {
  std::uint64_t low = 0, high = std::uint64_t{negative} << 63;
  if (kind == Kind::nan) high = std::uint64_t{31} << 58;
  if (kind == Kind::infinity) high |= std::uint64_t{30} << 58;
  if (kind == Kind::finite) {
    low = static_cast<std::uint64_t>(coefficient);
    high |= static_cast<std::uint64_t>(exponent + bias) << 49 | static_cast<std::uint64_t>(coefficient >> 64);
  }
  std::string payload(16, '\0');
  std::memcpy(payload.data(), &low, sizeof low);
  std::memcpy(payload.data() + sizeof low, &high, sizeof high);
  return payload;
}

std::string Decimal128::text() const {
  if (kind == Kind::nan) return "NaN";
  const std::string sign = negative ? "-" : "";
  if (kind == Kind::infinity) return sign + "Infinity";
  std::string digits = digits_of(coefficient);
  const int scientific = exponent + static_cast<int>(digits.size()) - 1;
  if (exponent > 0 || scientific < -6) {
    if (digits.size() > 1) digits.insert(1, ".");
    return sign + digits + (scientific < 0 ? "E" : "E+") + std::to_string(scientific);
  }
  if (exponent == 0) return sign + digits;
  const auto fraction = static_cast<std::size_t>(-exponent);
  if (digits.size() <= fraction) digits.insert(0, fraction - digits.size() + 1, '0');
  return sign + digits.insert(digits.size() - fraction, ".");
}

std::weak_ordering compare(const Decimal128& a, const Decimal128& b) {
  const bool a_is_number = a.kind != Decimal128::Kind::nan;
  const bool b_is_number = b.kind != Decimal128::Kind::nan;
  if (!a_is_number || !b_is_number) return a_is_number <=> b_is_number;
  const int a_sign = sign_of(a), b_sign = sign_of(b);
  if (a_sign != b_sign) return a_sign <=> b_sign;
  if (a_sign == 0) return std::weak_ordering::equivalent;
  return a_sign > 0 ? compare_magnitude(a, b) : compare_magnitude(b, a);
}

std::weak_ordering compare(const Decimal128& a, double b) {
  if (!std::isfinite(b)) {
    Decimal128 special;
    special.kind = std::isnan(b) ? Decimal128::Kind::nan : Decimal128::Kind::infinity;
    special.negative = b < 0;
    return compare(a, special);
  }
  const Leading leading = leading_digits(b);
  const auto order = compare(a, leading.decimal);
  if (order != 0 || !leading.has_more) return order;
  return b < 0 ? std::weak_ordering::greater : std::weak_ordering::less;
}

}  // namespace taskrunner
