#pragma once

#include "doc/dotted_path.hpp"
#include "query/regex.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace taskrunner {

class Expression;

/// What one value must be. Immutable.
class Predicate {
 public:
  virtual ~Predicate() = default;
  /// `value` is nullptr where it is missing.
  virtual bool test(const Json* value) const = 0;
  /// How a path hands over an array that it ends in.
  virtual LastArray last_array() const { return LastArray::elements_and_whole; }
};

using PredicatePtr = std::unique_ptr<const Predicate>;

/// `$eq` (and, negated, `$ne`). Null also means missing.
class Equals final : public Predicate {
 public:
  explicit Equals(Json value);
  bool test(const Json* value) const override;
  const Json& value() const { return value_; }

 private:
  Json value_;
};

/// `$lt`, `$lte`, `$gt`, `$gte`: only within the type's rank.
class Compares final : public Predicate {
 public:
  enum class Side { less, greater };
  Compares(Side side, bool or_equal, Json bound);
  bool test(const Json* value) const override;

 private:
  bool test_other_rank(int rank) const;

  Side side_;
  bool or_equal_;
  Json bound_;
  int rank_;
  bool is_nan_;
};

/// A string that the expression occurs in, or the same regular expression as a value.
class MatchesRegex final : public Predicate {
 public:
  explicit MatchesRegex(Regex regex) : regex_(std::move(regex)) {}
  bool test(const Json* value) const override;

 private:
  Regex regex_;
};

/// `$in` (and, negated, `$nin`).
class IsIn final : public Predicate {
 public:
  IsIn(std::vector<Json> values, std::vector<PredicatePtr> regexes);
  bool test(const Json* value) const override;
  const std::vector<Json>& values() const { return values_; }
  bool has_regexes() const { return !regexes_.empty(); }

 private:
  std::vector<Json> values_;  // sorted by compare_bson
  std::vector<PredicatePtr> regexes_;
  bool has_null_;
};

class Exists final : public Predicate {
 public:
  bool test(const Json* value) const override { return value != nullptr; }
};

/// `$type`.
class HasType final : public Predicate {
 public:
  /// BSON type bytes.
  explicit HasType(std::vector<std::uint8_t> types) : types_(std::move(types)) {}
  bool test(const Json* value) const override;

 private:
  std::vector<std::uint8_t> types_;
};

/// `$mod`. Numbers lose their fraction first; those beyond int64 do not match.
class HasRemainder final : public Predicate {
 public:
  HasRemainder(std::int64_t divisor, std::int64_t remainder) : divisor_(divisor), remainder_(remainder) {}
  bool test(const Json* value) const override;

 private:
  std::int64_t divisor_;
  std::int64_t remainder_;
};

/// `$size`.
class HasSize final : public Predicate {
 public:
  explicit HasSize(std::size_t size) : size_(size) {}
  bool test(const Json* value) const override;
  LastArray last_array() const override { return LastArray::whole; }

 private:
  std::size_t size_;
};

/// `$elemMatch`: an array of which one element fits, as a value (`{$gt: 1, $lt: 5}`) or as a document of its own.
class HasElement final : public Predicate {
 public:
  enum class As { value, document };
  HasElement(As as, std::unique_ptr<const Expression> element);
  ~HasElement() override;
  bool test(const Json* value) const override;
  LastArray last_array() const override { return LastArray::whole; }

 private:
  As as_;
  std::unique_ptr<const Expression> element_;
};

/// The whole number that is left of any number without its fraction; nothing where int64 does not hold it.
std::optional<std::int64_t> truncated_int64(const Json& number);

}  // namespace taskrunner
