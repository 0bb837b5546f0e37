#include "query/sort_order.hpp"

#include "doc/bson_order.hpp"
#include "doc/bson_type.hpp"
#include "query/limits.hpp"

#include <taskrunner/error.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

namespace taskrunner {
namespace {

const Json null_value;
const Json undefined_value = RareBson{bson_undefined, {}};

using Parts = std::vector<DottedPath::Part>;

/// So many places in arrays may all fields come to together: more are rather made than met.
constexpr std::size_t most_expanded = 10'000;

/// A value on a path, with the part of the path that comes after it.
struct Found {
  const Json* value = nullptr;  // nullptr: missing
  std::size_t at = 0;
};

/// Follows the path until its end, or until an array.
Found follow(Members from, const Parts& parts, std::size_t at) {
  for (;; ++at) {
    const Json* value = find_member(from, parts[at]);
    if (!value || value->is_array() || at + 1 == parts.size()) return {value, at + 1};
    from = Members::of(*value);
  }
}

}  // namespace

/// Makes the keys of one document, one for each element of the arrays on the way, and keeps the first in order.
/// Arrays on paths beside each other cannot be taken together, nor may fields together have too many keys: then there is
/// no result.
class SortOrder::KeyMaker {
 public:
  KeyMaker(const SortOrder& order, std::vector<std::size_t> fields) : order_(order), fields_(std::move(fields)) {}

  void make(const JsonObject& document) {
    std::vector<State> states(fields_.size());
    expand(std::move(states), Members::of(document));
  }
  bool has_failed() const { return is_parallel_ || is_too_much_; }
  const Key& best() const { return best_; }

 private:
  struct State {
    std::size_t at = 0;                ///< the next part of the path
    const Json* value = nullptr;       ///< final where not null, and no array is to be expanded
    std::optional<Found> by_index;     ///< what the path finds by index in the array whose element this is
    bool done = false;
  };

  const Parts& parts(std::size_t i) const { return order_.fields_[fields_[i]].path.parts(); }

  /// Indexes lead from each element of an array to one and the same place: what has come there once is not followed again.
  bool is_repeated(const std::vector<State>& states, Members members) {
    if (!has_index_) return false;
    std::vector<std::uintptr_t> place{reinterpret_cast<std::uintptr_t>(members.object)};
    for (const State& state : states) {
      const Found found = state.by_index.value_or(Found());
      place.push_back(state.at);
      place.push_back(reinterpret_cast<std::uintptr_t>(state.done ? state.value : found.value));
      place.push_back(found.at);
    }
    return !seen_.insert(std::move(place)).second;
  }

  void expand(std::vector<State> states, Members members) {
    if (is_repeated(states, members)) return;
    is_too_much_ = fields_.size() > 1 && ++expanded_ > most_expanded;
    if (is_too_much_) return;
    const Json* array = nullptr;
    bool whole_array = false;  // an array that is an array's element, by index, counts as it is
    std::vector<std::size_t> through;
    for (std::size_t i = 0; i < states.size(); ++i) {
      State& state = states[i];
      if (state.done) continue;
      const bool is_member = find_member(members, parts(i)[state.at]) != nullptr;
      Found found;
      if (is_member) found = follow(members, parts(i), state.at);
      if (!is_member && state.by_index) found = *state.by_index;
      const bool is_inner = !is_member && state.by_index && found.at == state.at + 1;
      if (is_inner && found.value && found.value->is_array()) whole_array = true;
      take(state, found, i);
      if (!found.value || !found.value->is_array()) continue;
      if (array && array != found.value) is_parallel_ = true;
      array = found.value;
      through.push_back(i);
    }
    if (is_parallel_) return;
    if (!array) return keep(states);
    expand_array(std::move(states), *array, through, whole_array);
  }

  void take(State& state, Found found, std::size_t i) {
    state.by_index.reset();
    state.value = found.value ? found.value : &null_value;
    state.at = found.value ? found.at : parts(i).size();
    state.done = state.at == parts(i).size();
  }

  void expand_array(std::vector<State> states, const Json& array, const std::vector<std::size_t>& through,
                    bool whole_array) {
    const JsonArray& elements = array.as_array();
    for (const std::size_t i : through) {
      const auto& part = states[i].done ? DottedPath::Part{} : parts(i)[states[i].at];
      if (!part.index || *part.index >= elements.size()) continue;
      states[i].by_index = follow(Members::of(array), parts(i), states[i].at);
      has_index_ = true;
    }
    for (const Json& element : elements) {
      if (has_failed()) return;
      expand_element(states, element, whole_array ? array : element, through);
    }
    if (elements.empty()) expand_element(states, undefined_value, undefined_value, through);
  }

  void expand_element(std::vector<State> states, const Json& element, const Json& counts,
                      const std::vector<std::size_t>& through) {
    for (const std::size_t i : through)
      if (states[i].done) states[i].value = &counts;
    expand(std::move(states), Members{element.if_object(), nullptr});
  }

  void keep(const std::vector<State>& states) {
    Key key;
    for (const State& state : states) key.push_back(state.value);
    if (best_.empty() || precedes(key)) best_ = std::move(key);
  }

  bool precedes(const Key& key) const {
    for (std::size_t i = 0; i < key.size(); ++i)
      if (const auto order = order_.compare_at(fields_[i], *key[i], *best_[i]); order != 0) return order < 0;
    return false;
  }

  const SortOrder& order_;
  std::vector<std::size_t> fields_;
  Key best_;
  bool is_parallel_ = false;
  bool is_too_much_ = false;
  std::size_t expanded_ = 0;
  bool has_index_ = false;
  std::set<std::vector<std::uintptr_t>> seen_;
};

SortOrder::SortOrder(const JsonObject& sort) {
  for (const auto& [name, direction] : sort)
    fields_.push_back({checked_path(name, "sort"), direction.as_double() < 0});
}

SortOrder::Key SortOrder::key(const JsonObject& document) const {
  std::vector<std::size_t> all(fields_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  KeyMaker together(*this, all);
  together.make(document);
  if (!together.has_failed()) return together.best();
  Key key;
  for (const std::size_t i : all) {
    KeyMaker alone(*this, {i});
    alone.make(document);
    key.push_back(alone.best().front());
  }
  return key;
}

std::weak_ordering SortOrder::compare_at(std::size_t field, const Json& a, const Json& b) const {
  return fields_[field].descending ? compare_bson(b, a) : compare_bson(a, b);
}

std::weak_ordering SortOrder::compare(const Key& a, const Key& b) const {
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (const auto order = compare_at(i, *a[i], *b[i]); order != 0) return order;
  return std::weak_ordering::equivalent;
}

std::weak_ordering SortOrder::compare(const JsonObject& a, const JsonObject& b) const {
  const auto holds_array = [](const Found& found) { return found.value && found.value->is_array(); };
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const Found left = follow(Members::of(a), fields_[i].path.parts(), 0);
    const Found right = follow(Members::of(b), fields_[i].path.parts(), 0);
    if (holds_array(left) || holds_array(right)) return compare(key(a), key(b));
    const auto order = compare_at(i, left.value ? *left.value : null_value, right.value ? *right.value : null_value);
    if (order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

DottedPath checked_path(std::string_view text, std::string_view what) {
  const auto refuse = [&](const std::string& why) {
    const std::string start(text.substr(0, 100));
    throw Error(ErrorCode::invalid_argument, std::string(what) + ": the field '" + start + "' " + why);
  };
  if (text.size() > limits::path_bytes) refuse("is longer than " + std::to_string(limits::path_bytes) + " bytes");
  DottedPath path(text);
  if (path.parts().size() > limits::path_parts)
    refuse("has more than " + std::to_string(limits::path_parts) + " parts");
  for (const auto& part : path.parts()) {
    if (part.name.empty()) refuse("has an empty part");
    if (part.name.front() == '$') refuse("has a part that begins with '$'");
  }
  return path;
}

}  // namespace taskrunner
