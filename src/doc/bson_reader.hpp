#pragma once

#include <taskrunner/error.hpp>
#include <taskrunner/object_id.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace taskrunner {

[[noreturn]] inline void malformed_bson(const char* what) {
  throw Error(ErrorCode::invalid_argument, std::string("bad BSON: ") + what);
}

/// Takes values off the front of the bytes; every length is checked against what is left.
class BsonReader {
 public:
  explicit BsonReader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) malformed_bson("it ends too early");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  template <typename Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view c_string() {
    const std::size_t length = rest_.find('\0');
    if (length == std::string_view::npos) malformed_bson("a name does not end");
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length + 1);
    return text;
  }
  std::string_view string() {
    const auto size = number<std::int32_t>();
    if (size < 1) malformed_bson("a string's length");
    const std::string_view text = take(static_cast<std::size_t>(size));
    if (text.back() != '\0') malformed_bson("a string does not end");
    return text.substr(0, text.size() - 1);
  }
  /// The members' part of an embedded document, without its length and its end.
  std::string_view document() {
    const auto size = number<std::int32_t>();
    if (size < 5) malformed_bson("a document's length");
    const std::string_view body = take(static_cast<std::size_t>(size) - 4);
    if (body.back() != '\0') malformed_bson("a document does not end");
    return body.substr(0, body.size() - 1);
  }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace taskrunner
