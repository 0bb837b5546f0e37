#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner {

/// A 12-byte identity as MongoDB's ObjectId: 4 bytes of seconds, 5 random, 3 of a counter (big endian).
/// A plain value: copy it freely, use it from any thread. On the wire it is 24 hexadecimal digits.
/// Source: https://www.mongodb.com/docs/manual/reference/bson-types/#objectid
class ObjectId {
 public:
  static constexpr std::size_t size_bytes = 12;

  /// The zero id; never given to a task.
  constexpr ObjectId() = default;
  constexpr explicit ObjectId(const std::array<std::uint8_t, size_bytes>& bytes) : bytes_(bytes) {}

  /// Exactly 24 hexadecimal digits of either case, else nothing.
  static std::optional<ObjectId> from_hex(std::string_view hex);

  /// `bytes` has exactly 12 bytes, else nothing.
  static std::optional<ObjectId> from_bytes(std::string_view bytes);

  std::string hex() const;
  const std::array<std::uint8_t, size_bytes>& bytes() const { return bytes_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), size_bytes}; }
  bool is_zero() const { return *this == ObjectId(); }

  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;

 private:
  std::array<std::uint8_t, size_bytes> bytes_{};
};

}  // namespace taskrunner

template <>
struct std::hash<taskrunner::ObjectId> {
  std::size_t operator()(const taskrunner::ObjectId& id) const noexcept {
    return std::hash<std::string_view>()(id.view());
  }
};
