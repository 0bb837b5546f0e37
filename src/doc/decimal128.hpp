#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner {

/// IEEE 754-2008 decimal128 as BSON stores it (16 bytes, little endian, binary integer coding), taken apart:
/// (negative ? -1 : 1) × coefficient × 10^exponent, with a coefficient of at most 34 digits.
/// Source: https://github.com/mongodb/specifications/blob/master/source/bson-decimal128/decimal128.md
struct Decimal128 {
  __extension__ typedef unsigned __int128 Coefficient;
  enum class Kind { finite, infinity, nan };

  Kind kind = Kind::finite;
  bool negative = false;
  Coefficient coefficient = 0;
  int exponent = 0;

  static Decimal128 from_int64(std::int64_t value);
  /// A number, `Infinity`, `NaN` …; nothing where it is none, or where it does not fit exactly.
  static std::optional<Decimal128> from_text(std::string_view text);
  /// `payload` has 16 bytes; a coefficient beyond 34 digits counts as 0, as the standard says.
  static Decimal128 decode(std::string_view payload);

  std::string encode() const;
  /// The specification's one text of it: `1.50`, `1E+3`, `Infinity`, `NaN`.
  std::string text() const;

  /// By value, as MongoDB orders: NaN equals itself and is less than any number; 0 equals -0.
  friend std::weak_ordering compare(const Decimal128& a, const Decimal128& b);
  /// Exact, though a double may have more than 34 digits: NumberDecimal("0.1") is not 0.1.
  friend std::weak_ordering compare(const Decimal128& a, double b);
};

}  // namespace taskrunner
