#pragma once

#include <cstdint>
#include <string_view>

namespace taskrunner::net {

/// Checks UTF-8 (RFC 3629) that comes in pieces: no overlong forms, no surrogates, nothing above U+10FFFF.
class Utf8Validator {
 public:
  /// False as soon as the bytes so far cannot begin any valid text; then the validator is spent.
  bool feed(std::string_view bytes);
  /// True if no character is left half-finished.
  bool complete() const { return remaining_ == 0; }

 private:
  bool start(unsigned char byte);

  int remaining_ = 0;  ///< continuation bytes still to come
  unsigned char low_ = 0x80;
  unsigned char high_ = 0xBF;  ///< bounds of the next one
};

bool is_utf8(std::string_view text);

}  // namespace taskrunner::net
