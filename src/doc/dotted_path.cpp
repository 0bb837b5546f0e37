#include "doc/dotted_path.hpp"

#include <charconv>
#include <set>
#include <utility>

namespace taskrunner {
namespace {

/// Array indexes are written without leading zeros.
std::optional<std::size_t> index_of(std::string_view name) {
  if (name.empty() || (name.size() > 1 && name.front() == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return index;
}

/// One walk along the parts of a path, from each place on along [at, end).
class Walk {
 public:
  Walk(const std::vector<DottedPath::Part>& parts, LastArray last_array, ValueTest test)
      : parts_(parts), last_array_(last_array), test_(test) {}

  bool members(Members from, std::size_t at) {
    for (;; ++at) {
      const Json* value = find_member(from, parts_[at]);
      if (!value) return test_(nullptr);
      if (value->is_array()) return in_array(*value, at + 1);
      if (is_end(at + 1)) return test_(value);
      from = Members::of(*value);
    }
  }

 private:
  bool is_end(std::size_t at) const { return at == parts_.size(); }
  /// A dot behind an array's name changes nothing: MongoDB looks there whether any text is left, not whether a part is.
  bool is_end_at_array(std::size_t at) const {
    return is_end(at) || (is_end(at + 1) && parts_[at].name.empty());
  }

  bool in_array(const Json& array, std::size_t at) {
    if (has_forked_ && !seen_.insert({&array, at}).second) return false;
    return is_end_at_array(at) ? last(array) : elements(array.as_array(), at);
  }

  bool last(const Json& array) const {
    if (last_array_ == LastArray::elements_and_whole)
      for (const Json& element : array.as_array())
        if (test_(&element)) return true;
    return test_(&array);
  }

  /// An array with the part `at` of the path still to go: into each object, and by index.
  bool elements(const JsonArray& array, std::size_t at) {
    for (std::size_t i = 0; i < array.size(); ++i) {
      const JsonObject* object = array[i].if_object();
      const bool is_indexed = parts_[at].index == i;
      has_forked_ = has_forked_ || (object && is_indexed);
      if (object && members(Members::of(*object), at)) return true;
      if (is_indexed && indexed(array[i], at + 1)) return true;
    }
    return false;
  }

  bool indexed(const Json& element, std::size_t at) {
    if (is_end(at)) return test_(&element);
    if (element.is_array()) return in_array(element, at);
    if (const JsonObject* object = element.if_object()) return members(Members::of(*object), at);
    return false;
  }

  const std::vector<DottedPath::Part>& parts_;
  const LastArray last_array_;
  const ValueTest test_;
  // An object in an array is gone into both as it is and by its index. Where arrays stand within it, the ways double with
  // each of them and meet again: from the first fork on, each place is visited once.
  bool has_forked_ = false;
  std::set<std::pair<const Json*, std::size_t>> seen_;
};

}  // namespace

DottedPath::DottedPath(std::string_view text) {
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string_view name = text.substr(0, dot);
    parts_.push_back({std::string(name), index_of(name)});
    if (dot == std::string_view::npos) return;
    text.remove_prefix(dot + 1);
  }
}

bool DottedPath::any(Members root, LastArray last_array, ValueTest test) const {
  return Walk(parts_, last_array, test).members(root, 0);
}

const Json* find_member(Members members, const DottedPath::Part& part) {
  if (members.object) return members.object->find(part.name);
  if (members.array && part.index && *part.index < members.array->size()) return &(*members.array)[*part.index];
  return nullptr;
}

}  // namespace taskrunner
