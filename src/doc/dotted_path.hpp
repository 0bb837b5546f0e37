#pragma once

#include <taskrunner/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner {

/// What has members: an object, or an array with its indexes as names. A view; null pointers are an empty one.
struct Members {
  const JsonObject* object = nullptr;
  const JsonArray* array = nullptr;

  static Members of(const JsonObject& object) { return {&object, nullptr}; }
  /// Empty where the value is neither object nor array.
  static Members of(const Json& value) { return {value.if_object(), value.if_array()}; }
};

/// Asked for each value found at a path; nullptr is "missing here". True ends the walk. A view of a callable.
class ValueTest {
 public:
  template <typename Callable>
  ValueTest(const Callable& callable)
      : context_(&callable), call_([](const void* context, const Json* value) -> bool {
          return (*static_cast<const Callable*>(context))(value);
        }) {}
  bool operator()(const Json* value) const { return call_(context_, value); }

 private:
  const void* context_;
  bool (*call_)(const void*, const Json*);
};

enum class LastArray {
  elements_and_whole,  ///< an array at the path's end gives each element, then itself
  whole,               ///< only itself
};

/// A path as MongoDB's filters have it, `data.files.0.name`, and how it finds values: through objects, through
/// arrays by index, and through arrays into each of their objects.
/// Source: https://www.mongodb.com/docs/manual/tutorial/query-array-of-documents/
class DottedPath {
 public:
  struct Part {
    std::string name;
    std::optional<std::size_t> index;  ///< where the name is a number
  };

  DottedPath() = default;
  /// Any text; nothing is refused here.
  explicit DottedPath(std::string_view text);

  const std::vector<Part>& parts() const { return parts_; }

  /// Whether `test` is true for any of the values that the path finds.
  bool any(Members root, LastArray last_array, ValueTest test) const;

 private:
  std::vector<Part> parts_;
};

/// The member, or nullptr.
const Json* find_member(Members members, const DottedPath::Part& part);

}  // namespace taskrunner
