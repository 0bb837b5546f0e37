#include "query/parse_filter.hpp"

#include "query/limits.hpp"
#include "query/parse_operand.hpp"
#include "query/sort_order.hpp"

#include <taskrunner/error.hpp>

#include <utility>

namespace taskrunner {
namespace {

/// A DBRef is a value, though its names begin with `$`.
bool is_reference(const JsonObject& object) { return object.begin()->first == "$ref" && object.find("$id"); }

/// An object of operators, not one to be equal to: its first name begins with `$`.
bool holds_operators(const Json& value) {
  const JsonObject* object = value.if_object();
  if (!object || object->empty()) return false;
  return object->begin()->first.starts_with('$') && !is_reference(*object);
}

bool is_logical(std::string_view name) { return name == "$and" || name == "$or" || name == "$nor"; }

ExpressionPtr all_of(std::vector<ExpressionPtr> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  return std::make_unique<AllOf>(std::move(parts));
}

ExpressionPtr negated(ExpressionPtr part) { return std::make_unique<Not>(std::move(part)); }

const JsonArray& list_of(std::string_view name, const Json& operand) {
  if (const JsonArray* list = operand.if_array()) return *list;
  refuse_operand(name, "it takes an array");
}

class Parser {
 public:
  ExpressionPtr document(const JsonObject& filter) {
    std::vector<ExpressionPtr> parts;
    for (const auto& [name, value] : filter)
      parts.push_back(name.starts_with('$') ? logical(name, value) : field(name, value));
    return all_of(std::move(parts));
  }

 private:
  ExpressionPtr logical(const std::string& name, const Json& operand) {
    if (!is_logical(name)) refuse_operand(name, "not an operator that may stand here");
    std::vector<ExpressionPtr> parts;
    for (const Json& part : list_of(name, operand)) {
      if (!part.is_object()) refuse_operand(name, "it takes an array of objects");
      parts.push_back(document(part.as_object()));
    }
    if (parts.empty()) refuse_operand(name, "the array is empty");
    if (name == "$and") return all_of(std::move(parts));
    ExpressionPtr any = std::make_unique<AnyOf>(std::move(parts));
    return name == "$or" ? std::move(any) : negated(std::move(any));
  }

  ExpressionPtr field(std::string_view name, const Json& value) {
    const DottedPath path = filter_path(name);
    if (holds_operators(value)) return operators(path, value.as_object());
    if (is_regex(value)) return condition(path, regex(value));
    return condition(path, parse_equality(name, value));
  }

  /// As a sort's field, but empty parts are allowed: MongoDB looks for a member with the empty name.
  static DottedPath filter_path(std::string_view name) {
    if (name.size() > limits::path_bytes) refuse_operand(name.substr(0, 100), "the field's name is too long");
    DottedPath path(name);
    if (path.parts().size() > limits::path_parts) refuse_operand(name.substr(0, 100), "the path has too many parts");
    return path;
  }

  static ExpressionPtr condition(const DottedPath& path, PredicatePtr predicate) {
    return std::make_unique<Condition>(path, std::move(predicate));
  }

  /// {$gt: 1, $lt: 5}: each operator looks at the whole path by itself.
  ExpressionPtr operators(const DottedPath& path, const JsonObject& all) {
    std::vector<ExpressionPtr> parts;
    for (const auto& [name, operand] : all) {
      if (name == "$options") {
        if (!all.find("$regex")) refuse_operand(name, "it needs a $regex beside it");
        continue;
      }
      parts.push_back(one_operator(path, name, operand, all));
    }
    return all_of(std::move(parts));
  }

  ExpressionPtr one_operator(const DottedPath& path, const std::string& name, const Json& operand,
                             const JsonObject& all) {
    if (name == "$eq") return condition(path, parse_equality(name, operand));
    if (name == "$ne") return negated(condition(path, not_equal(operand)));
    if (name == "$gt" || name == "$gte" || name == "$lt" || name == "$lte")
      return condition(path, parse_comparison(name, operand));
    if (name == "$in") return condition(path, in(name, operand));
    if (name == "$nin") return negated(condition(path, in(name, operand)));
    if (name == "$exists") {
      ExpressionPtr exists = condition(path, std::make_unique<Exists>());
      return is_true(operand) ? std::move(exists) : negated(std::move(exists));
    }
    if (name == "$type") return condition(path, parse_type(operand));
    if (name == "$mod") return condition(path, parse_mod(operand));
    if (name == "$size") return condition(path, parse_size(operand));
    if (name == "$regex") return condition(path, regex_operator(operand, all.find("$options")));
    if (name == "$all") return all_operator(path, operand);
    if (name == "$elemMatch") return condition(path, elem_match(operand));
    if (name == "$not") return negated(not_operand(path, operand));
    refuse_operand(name, name.starts_with('$') ? "not an operator that may stand here"
                                               : "a field's name stands where an operator has to");
  }

  PredicatePtr not_equal(const Json& operand) {
    if (is_regex(operand)) refuse_operand("$ne", "it takes no regular expression (use $not)");
    return parse_equality("$ne", operand);
  }

  PredicatePtr in(std::string_view name, const Json& operand) {
    std::vector<Json> values;
    std::vector<PredicatePtr> regexes;
    for (const Json& value : list_of(name, operand)) {
      if (holds_operators(value)) refuse_operand(name, "no operators may stand in the array");
      if (is_regex(value)) {
        regexes.push_back(regex(value));
      } else {
        parse_equality(name, value);
        values.push_back(value);
      }
    }
    return std::make_unique<IsIn>(std::move(values), std::move(regexes));
  }

  PredicatePtr regex_operator(const Json& pattern, const Json* options) {
    if (options && !options->is_string()) refuse_operand("$options", "it takes a string");
    if (is_regex(pattern)) {
      if (options && !regex_of(pattern).options().empty())
        refuse_operand("$options", "options are set in both $regex and $options");
      return counted(options ? Regex(regex_of(pattern).pattern(), options->as_string()) : regex_of(pattern));
    }
    if (!pattern.is_string()) refuse_operand("$regex", "it takes a string or a regular expression");
    return counted(Regex(pattern.as_string(), options ? options->as_string() : std::string_view()));
  }

  PredicatePtr regex(const Json& value) { return counted(regex_of(value)); }

  PredicatePtr counted(Regex regex) {
    if (++regexes_ > limits::regexes)
      refuse_operand("$regex", "more than " + std::to_string(limits::regexes) + " regular expressions");
    return std::make_unique<MatchesRegex>(std::move(regex));
  }

  ExpressionPtr all_operator(const DottedPath& path, const Json& operand) {
    const JsonArray& list = list_of("$all", operand);
    if (list.empty()) return std::make_unique<AnyOf>(std::vector<ExpressionPtr>());
    const bool by_element = is_elem_match(list.front());
    std::vector<ExpressionPtr> parts;
    for (const Json& value : list) {
      if (is_elem_match(value) != by_element) refuse_operand("$all", "$elemMatch stands beside other values");
      if (by_element)
        parts.push_back(operators(path, value.as_object()));
      else
        parts.push_back(condition(path, all_value(value)));
    }
    return all_of(std::move(parts));
  }

  static bool is_elem_match(const Json& value) {
    return holds_operators(value) && value.as_object().begin()->first == "$elemMatch";
  }

  PredicatePtr all_value(const Json& value) {
    if (holds_operators(value)) refuse_operand("$all", "of operators only $elemMatch may stand in the array");
    return is_regex(value) ? regex(value) : parse_equality("$all", value);
  }

  PredicatePtr elem_match(const Json& operand) {
    if (!operand.is_object()) refuse_operand("$elemMatch", "it takes an object");
    const JsonObject& object = operand.as_object();
    if (holds_operators(operand) && !is_logical(object.begin()->first))
      return std::make_unique<HasElement>(HasElement::As::value, operators(DottedPath(), object));
    return std::make_unique<HasElement>(HasElement::As::document, document(object));
  }

  ExpressionPtr not_operand(const DottedPath& path, const Json& operand) {
    if (is_regex(operand)) return condition(path, regex(operand));
    if (!operand.is_object()) refuse_operand("$not", "it takes operators or a regular expression");
    if (operand.as_object().empty()) refuse_operand("$not", "it is empty");
    return operators(path, operand.as_object());
  }

  std::size_t regexes_ = 0;
};

}  // namespace

ExpressionPtr parse_filter(const JsonObject& filter) { return Parser().document(filter); }

}  // namespace taskrunner
