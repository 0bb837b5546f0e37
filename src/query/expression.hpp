#pragma once

#include "query/predicate.hpp"

#include <memory>
#include <vector>

namespace taskrunner {

/// A node of the compiled filter. Immutable.
class Expression {
 public:
  virtual ~Expression() = default;
  /// Whether the document, or the array taken as one (inside `$elemMatch`), fits.
  virtual bool matches(Members document) const = 0;
  /// Whether the value itself fits, without a path: inside the value form of `$elemMatch`. nullptr is missing.
  virtual bool matches_value(const Json* value) const = 0;
};

using ExpressionPtr = std::unique_ptr<const Expression>;

/// One predicate at one path.
class Condition final : public Expression {
 public:
  Condition(DottedPath path, PredicatePtr predicate) : path_(std::move(path)), predicate_(std::move(predicate)) {}
  bool matches(Members document) const override;
  bool matches_value(const Json* value) const override { return predicate_->test(value); }
  const DottedPath& path() const { return path_; }
  const Predicate& predicate() const { return *predicate_; }

 private:
  DottedPath path_;
  PredicatePtr predicate_;
};

/// All of them; with none, everything.
class AllOf final : public Expression {
 public:
  explicit AllOf(std::vector<ExpressionPtr> parts) : parts_(std::move(parts)) {}
  bool matches(Members document) const override;
  bool matches_value(const Json* value) const override;
  const std::vector<ExpressionPtr>& parts() const { return parts_; }

 private:
  std::vector<ExpressionPtr> parts_;
};

/// Any of them; with none, nothing.
class AnyOf final : public Expression {
 public:
  explicit AnyOf(std::vector<ExpressionPtr> parts) : parts_(std::move(parts)) {}
  bool matches(Members document) const override;
  bool matches_value(const Json* value) const override;
  const std::vector<ExpressionPtr>& parts() const { return parts_; }

 private:
  std::vector<ExpressionPtr> parts_;
};

class Not final : public Expression {
 public:
  explicit Not(ExpressionPtr part) : part_(std::move(part)) {}
  bool matches(Members document) const override { return !part_->matches(document); }
  bool matches_value(const Json* value) const override { return !part_->matches_value(value); }
  const Expression& part() const { return *part_; }

 private:
  ExpressionPtr part_;
};

}  // namespace taskrunner
