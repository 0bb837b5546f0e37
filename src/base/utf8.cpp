#include "base/utf8.hpp"

namespace taskrunner {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; }

bool in(unsigned byte, unsigned low, unsigned high) { return byte >= low && byte <= high; }

bool is_tail(std::string_view text, std::size_t i) { return in(byte_at(text, i), 0x80, 0xBF); }

/// The second byte's bounds are narrower after some first bytes.
bool is_second(unsigned first, unsigned second) {
  switch (first) {
    case 0xE0: return in(second, 0xA0, 0xBF);
    case 0xED: return in(second, 0x80, 0x9F);
    case 0xF0: return in(second, 0x90, 0xBF);
    case 0xF4: return in(second, 0x80, 0x8F);
    default: return in(second, 0x80, 0xBF);
  }
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const unsigned first = byte_at(text, 0);
  if (first < 0x80) return 1;
  if (!in(first, 0xC2, 0xF4) || !is_second(first, byte_at(text, 1))) return 0;
  if (first < 0xE0) return 2;
  if (!is_tail(text, 2)) return 0;
  if (first < 0xF0) return 3;
  return is_tail(text, 3) ? 4 : 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace taskrunner
