#include <taskrunner/json.hpp>

#include "base/base64.hpp"
#include "base/time_text.hpp"
#include "base/utf8.hpp"
#include "doc/extended_json.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace taskrunner {
namespace {

constexpr std::int64_t max_safe_integer = 9007199254740992;  // 2^53: beyond it JavaScript rounds

void dump_escaped(unsigned char byte, std::string& out) {
  static constexpr char digits[] = "0123456789abcdef";
  switch (byte) {
    case '"': out.append("\\\""); break;
    case '\\': out.append("\\\\"); break;
    case '\n': out.append("\\n"); break;
    case '\r': out.append("\\r"); break;
    case '\t': out.append("\\t"); break;
    case '\b': out.append("\\b"); break;
    case '\f': out.append("\\f"); break;
    default: out.append("\\u00").append({digits[byte >> 4], digits[byte & 15]});
  }
}

/// Bytes that are no UTF-8 (BSON may hold them) become U+FFFD: JSON text must be UTF-8, and clients close a
/// connection over less.
void dump_string(std::string_view text, std::string& out) {
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_ascii = byte < 0x80;
    const std::size_t length = is_ascii ? 1 : utf8_length(text.substr(i));
    if (length > 0 && (!is_ascii || (byte >= 0x20 && byte != '"' && byte != '\\'))) {
      i += length;
      continue;
    }
    out.append(text, plain, i - plain);
    plain = ++i;
    is_ascii ? dump_escaped(byte, out) : void(out.append("\xEF\xBF\xBD"));
  }
  out.append(text, plain, text.size() - plain);
  out.push_back('"');
}

template <typename Number>
void dump_number(Number value, std::string& out) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

struct Dumper {
  std::string& out;

  void operator()(std::nullptr_t) { out.append("null"); }
  void operator()(bool value) { out.append(value ? "true" : "false"); }
  void operator()(std::int32_t value) { dump_number(value, out); }
  void operator()(std::int64_t value) {
    const bool safe = value >= -max_safe_integer && value <= max_safe_integer;
    if (!safe) out.push_back('"');
    dump_number(value, out);
    if (!safe) out.push_back('"');
  }
  void operator()(double value) {
    if (!std::isfinite(value)) return (*this)(nullptr);
    // -0 prints as 0, as JavaScript does.
    if (value == 0) return (*this)(std::int32_t{0});
    if (std::trunc(value) == value && std::abs(value) <= max_safe_integer) return dump_number(static_cast<std::int64_t>(value), out);
    dump_number(value, out);
  }
  void operator()(const std::string& value) { dump_string(value, out); }
  void operator()(const JsonArray& array) {
    char separator = '[';
    for (const Json& element : array) {
      out.push_back(std::exchange(separator, ','));
      std::visit(*this, element.value());
    }
    out.append(array.empty() ? "[]" : "]");
  }
  void operator()(const JsonObject& object) {
    char separator = '{';
    for (const auto& [name, value] : object) {
      out.push_back(std::exchange(separator, ','));
      dump_string(name, out);
      out.push_back(':');
      std::visit(*this, value.value());
    }
    out.append(object.empty() ? "{}" : "}");
  }
  void operator()(const ObjectId& id) { out.append("\"").append(id.hex()).append("\""); }
  void operator()(const Date& date) { dump_string(iso_time(date.ms), out); }
  void operator()(const Binary& binary) { dump_string(base64_encode(binary.bytes), out); }
  void operator()(const RareBson& rare) { std::visit(*this, to_extended_json(Json(rare)).value()); }
};

}  // namespace

void Json::dump_to(std::string& out) const { std::visit(Dumper{out}, value_); }

std::string Json::dump() const {
  std::string out;
  dump_to(out);
  return out;
}

}  // namespace taskrunner
