#include "doc/bson.hpp"

#include <taskrunner/error.hpp>

#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "BSON is little endian, and so is this code");

namespace taskrunner {
namespace {

constexpr int max_depth = 100;

enum Type : std::uint8_t {
  type_double = 0x01,
  type_string = 0x02,
  type_document = 0x03,
  type_array = 0x04,
  type_binary = 0x05,
  type_undefined = 0x06,
  type_object_id = 0x07,
  type_bool = 0x08,
  type_date = 0x09,
  type_null = 0x0A,
  type_regex = 0x0B,
  type_db_pointer = 0x0C,
  type_code = 0x0D,
  type_symbol = 0x0E,
  type_code_with_scope = 0x0F,
  type_int32 = 0x10,
  type_timestamp = 0x11,
  type_int64 = 0x12,
  type_decimal128 = 0x13,
  type_min_key = 0xFF,
  type_max_key = 0x7F,
};

[[noreturn]] void malformed(const char* what) {
  throw Error(ErrorCode::invalid_argument, std::string("bad BSON: ") + what);
}

template <typename Number>
void put(std::string& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_name(std::string& out, std::uint8_t type, std::string_view name) {
  if (name.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::invalid_argument, "a member's name must not hold a NUL character");
  out.push_back(static_cast<char>(type));
  out.append(name).push_back('\0');
}

void encode_document(const JsonObject& document, std::string& out, int depth);

/// Appends type, name and payload of one member.
struct Encoder {
  std::string& out;
  std::string_view name;
  int depth;

  void operator()(std::nullptr_t) { put_name(out, type_null, name); }
  void operator()(bool value) {
    put_name(out, type_bool, name);
    out.push_back(value ? 1 : 0);
  }
  void operator()(std::int32_t value) { put_name(out, type_int32, name), put(out, value); }
  void operator()(std::int64_t value) { put_name(out, type_int64, name), put(out, value); }
  void operator()(double value) { put_name(out, type_double, name), put(out, value); }
  void operator()(const std::string& value) {
    put_name(out, type_string, name);
    put(out, static_cast<std::int32_t>(value.size() + 1));
    out.append(value).push_back('\0');
  }
  void operator()(const JsonObject& value) {
    put_name(out, type_document, name);
    encode_document(value, out, depth + 1);
  }
  void operator()(const JsonArray& array) {
    if (depth >= max_depth) throw Error(ErrorCode::invalid_argument, "nested deeper than 100 levels");
    put_name(out, type_array, name);
    const std::size_t start = out.size();
    put(out, std::int32_t{0});
    for (std::size_t i = 0; i < array.size(); ++i)
      std::visit(Encoder{out, std::to_string(i), depth + 1}, array[i].value());
    out.push_back('\0');
    const auto size = static_cast<std::int32_t>(out.size() - start);
    std::memcpy(out.data() + start, &size, sizeof size);
  }
  void operator()(const ObjectId& id) { put_name(out, type_object_id, name), out.append(id.view()); }
  void operator()(const Date& date) { put_name(out, type_date, name), put(out, date.ms); }
  void operator()(const Binary& binary) {
    put_name(out, type_binary, name);
    put(out, static_cast<std::int32_t>(binary.bytes.size()));
    out.push_back(static_cast<char>(binary.subtype));
    out.append(binary.bytes);
  }
  void operator()(const RareBson& rare) { put_name(out, rare.type, name), out.append(rare.payload); }
};

void encode_document(const JsonObject& document, std::string& out, int depth) {
  if (depth > max_depth) throw Error(ErrorCode::invalid_argument, "nested deeper than 100 levels");
  const std::size_t start = out.size();
  put(out, std::int32_t{0});
  for (const auto& [name, value] : document) std::visit(Encoder{out, name, depth}, value.value());
  out.push_back('\0');
  const auto size = static_cast<std::int32_t>(out.size() - start);
  std::memcpy(out.data() + start, &size, sizeof size);
}

/// Takes values off the front of the bytes; every length is checked against what is left.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) malformed("it ends too early");
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
    if (length == std::string_view::npos) malformed("a name does not end");
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length + 1);
    return text;
  }
  std::string_view string() {
    const auto size = number<std::int32_t>();
    if (size < 1) malformed("a string's length");
    const std::string_view text = take(static_cast<std::size_t>(size));
    if (text.back() != '\0') malformed("a string does not end");
    return text.substr(0, text.size() - 1);
  }
  /// The members' part of an embedded document, without its length and its end.
  std::string_view document() {
    const auto size = number<std::int32_t>();
    if (size < 5) malformed("a document's length");
    const std::string_view body = take(static_cast<std::size_t>(size) - 4);
    if (body.back() != '\0') malformed("a document does not end");
    return body.substr(0, body.size() - 1);
  }
  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::size_t rare_size(std::uint8_t type, Reader reader) {
  const std::size_t before = reader.rest().size();
  switch (type) {
    case type_undefined:
    case type_min_key:
    case type_max_key: break;
    case type_regex: reader.c_string(), reader.c_string(); break;
    case type_db_pointer: reader.string(), reader.take(ObjectId::size_bytes); break;
    case type_code:
    case type_symbol: reader.string(); break;
    case type_code_with_scope: {
      const auto size = reader.number<std::int32_t>();
      if (size < 4) malformed("a code's length");
      reader.take(static_cast<std::size_t>(size) - 4);
      break;
    }
    case type_timestamp: reader.take(8); break;
    case type_decimal128: reader.take(16); break;
    default: malformed("an unknown type");
  }
  return before - reader.rest().size();
}

Json decode_value(std::uint8_t type, Reader& reader, int depth);

JsonObject decode_members(std::string_view body, int depth) {
  if (depth > max_depth) malformed("nested deeper than 100 levels");
  Reader reader(body);
  JsonObject document;
  while (!reader.empty()) {
    const auto type = reader.number<std::uint8_t>();
    std::string name(reader.c_string());
    document.append(std::move(name), decode_value(type, reader, depth));
  }
  return document;
}

JsonArray decode_elements(std::string_view body, int depth) {
  if (depth > max_depth) malformed("nested deeper than 100 levels");
  Reader reader(body);
  JsonArray array;
  while (!reader.empty()) {
    const auto type = reader.number<std::uint8_t>();
    reader.c_string();
    array.push_back(decode_value(type, reader, depth));
  }
  return array;
}

Json decode_binary(Reader& reader) {
  const auto size = reader.number<std::int32_t>();
  if (size < 0) malformed("a binary's length");
  const auto subtype = reader.number<std::uint8_t>();
  return Binary{subtype, std::string(reader.take(static_cast<std::size_t>(size)))};
}

Json decode_value(std::uint8_t type, Reader& reader, int depth) {
  switch (type) {
    case type_double: return reader.number<double>();
    case type_string: return reader.string();
    case type_document: return decode_members(reader.document(), depth + 1);
    case type_array: return decode_elements(reader.document(), depth + 1);
    case type_binary: return decode_binary(reader);
    case type_object_id: return *ObjectId::from_bytes(reader.take(ObjectId::size_bytes));
    case type_bool: return reader.number<std::uint8_t>() != 0;
    case type_date: return Date{reader.number<std::int64_t>()};
    case type_null: return nullptr;
    case type_int32: return Json::int32(reader.number<std::int32_t>());
    case type_int64: return Json::int64(reader.number<std::int64_t>());
    default: return RareBson{type, std::string(reader.take(rare_size(type, reader)))};
  }
}

constexpr std::string_view value_name = "v";

}  // namespace

std::string encode_bson(const JsonObject& document) {
  std::string out;
  encode_document(document, out, 0);
  return out;
}

JsonObject decode_bson(std::string_view bytes) {
  Reader reader(bytes);
  const std::string_view body = reader.document();
  if (!reader.empty()) malformed("bytes after its end");
  return decode_members(body, 0);
}

std::string encode_bson_value(const Json& value) {
  std::string out;
  put(out, std::int32_t{0});
  std::visit(Encoder{out, value_name, 0}, value.value());
  out.push_back('\0');
  const auto size = static_cast<std::int32_t>(out.size());
  std::memcpy(out.data(), &size, sizeof size);
  return out;
}

Json decode_bson_value(std::string_view bytes) {
  JsonObject document = decode_bson(bytes);
  if (document.size() != 1) malformed("not one value");
  return std::move(document.begin()->second);
}

std::string_view type_name(const Json& value) {
  static constexpr std::string_view names[] = {"null",  "bool",   "int",      "long", "double",  "string",
                                               "array", "object", "objectId", "date", "binData"};
  if (value.value().index() < std::size(names)) return names[value.value().index()];
  switch (std::get<RareBson>(value.value()).type) {
    case type_undefined: return "undefined";
    case type_regex: return "regex";
    case type_db_pointer: return "dbPointer";
    case type_code: return "javascript";
    case type_symbol: return "symbol";
    case type_code_with_scope: return "javascriptWithScope";
    case type_timestamp: return "timestamp";
    case type_decimal128: return "decimal";
    case type_min_key: return "minKey";
    default: return "maxKey";
  }
}

}  // namespace taskrunner
