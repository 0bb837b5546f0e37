#include "net/utf8.hpp"

#include <cstring>

namespace taskrunner::net {
namespace {

/// How many of the first bytes are ASCII, eight at a time.
std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    if (word & 0x8080808080808080ULL) break;
  }
  while (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) ++i;
  return i;
}

}  // namespace

bool Utf8Validator::start(unsigned char byte) {
  low_ = 0x80;
  high_ = 0xBF;
  if (byte >= 0xC2 && byte <= 0xDF) {
    remaining_ = 1;
  } else if (byte >= 0xE0 && byte <= 0xEF) {
    remaining_ = 2;
    if (byte == 0xE0) low_ = 0xA0;   // overlong
    if (byte == 0xED) high_ = 0x9F;  // surrogates
  } else if (byte >= 0xF0 && byte <= 0xF4) {
    remaining_ = 3;
    if (byte == 0xF0) low_ = 0x90;   // overlong
    if (byte == 0xF4) high_ = 0x8F;  // above U+10FFFF
  } else {
    return byte < 0x80;
  }
  return true;
}

bool Utf8Validator::feed(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (remaining_ == 0) {
      i += ascii_prefix(bytes.substr(i));
      if (i == bytes.size()) return true;
      if (!start(static_cast<unsigned char>(bytes[i]))) return false;
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xBF;
    --remaining_;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

}  // namespace taskrunner::net
