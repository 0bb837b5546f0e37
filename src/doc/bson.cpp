#include "doc/bson.hpp"

#include "doc/bson_reader.hpp"
#include "doc/bson_type.hpp"

#include <taskrunner/error.hpp>

#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "BSON is little endian, and so is this code");

namespace taskrunner {
namespace {

constexpr int max_depth = 100;

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

  void operator()(std::nullptr_t) { put_name(out, bson_null, name); }
  void operator()(bool value) {
    put_name(out, bson_bool, name);
    out.push_back(value ? 1 : 0);
  }
  void operator()(std::int32_t value) { put_name(out, bson_int32, name), put(out, value); }
  void operator()(std::int64_t value) { put_name(out, bson_int64, name), put(out, value); }
  void operator()(double value) { put_name(out, bson_double, name), put(out, value); }
  void operator()(const std::string& value) {
    put_name(out, bson_string, name);
    put(out, static_cast<std::int32_t>(value.size() + 1));
    out.append(value).push_back('\0');
  }
  void operator()(const JsonObject& value) {
    put_name(out, bson_document, name);
    encode_document(value, out, depth + 1);
  }
  void operator()(const JsonArray& array) {
    if (depth >= max_depth) throw Error(ErrorCode::invalid_argument, "nested deeper than 100 levels");
    put_name(out, bson_array, name);
    const std::size_t start = out.size();
    put(out, std::int32_t{0});
    for (std::size_t i = 0; i < array.size(); ++i)
      std::visit(Encoder{out, std::to_string(i), depth + 1}, array[i].value());
    out.push_back('\0');
    const auto size = static_cast<std::int32_t>(out.size() - start);
    std::memcpy(out.data() + start, &size, sizeof size);
  }
  void operator()(const ObjectId& id) { put_name(out, bson_object_id, name), out.append(id.view()); }
  void operator()(const Date& date) { put_name(out, bson_date, name), put(out, date.ms); }
  void operator()(const Binary& binary) {
    put_name(out, bson_binary, name);
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

JsonObject decode_members(std::string_view body, int depth);

void skip_code_with_scope(BsonReader& reader) {
  const auto size = reader.number<std::int32_t>();
  if (size < 4) malformed_bson("a code's length");
  BsonReader inner(reader.take(static_cast<std::size_t>(size) - 4));
  inner.string();
  decode_members(inner.document(), 0);
  if (!inner.empty()) malformed_bson("bytes after a code's scope");
}

std::size_t rare_size(std::uint8_t type, BsonReader reader) {
  const std::size_t before = reader.rest().size();
  switch (type) {
    case bson_undefined:
    case bson_min_key:
    case bson_max_key: break;
    case bson_regex: reader.c_string(), reader.c_string(); break;
    case bson_db_pointer: reader.string(), reader.take(ObjectId::size_bytes); break;
    case bson_code:
    case bson_symbol: reader.string(); break;
    case bson_code_with_scope: skip_code_with_scope(reader); break;
    case bson_timestamp: reader.take(8); break;
    case bson_decimal128: reader.take(16); break;
    default: malformed_bson("an unknown type");
  }
  return before - reader.rest().size();
}

Json decode_value(std::uint8_t type, BsonReader& reader, int depth);

JsonObject decode_members(std::string_view body, int depth) {
  if (depth > max_depth) malformed_bson("nested deeper than 100 levels");
  BsonReader reader(body);
  JsonObject document;
  while (!reader.empty()) {
    const auto type = reader.number<std::uint8_t>();
    std::string name(reader.c_string());
    document.append(std::move(name), decode_value(type, reader, depth));
  }
  return document;
}

JsonArray decode_elements(std::string_view body, int depth) {
  if (depth > max_depth) malformed_bson("nested deeper than 100 levels");
  BsonReader reader(body);
  JsonArray array;
  while (!reader.empty()) {
    const auto type = reader.number<std::uint8_t>();
    reader.c_string();
    array.push_back(decode_value(type, reader, depth));
  }
  return array;
}

Json decode_binary(BsonReader& reader) {
  const auto size = reader.number<std::int32_t>();
  if (size < 0) malformed_bson("a binary's length");
  const auto subtype = reader.number<std::uint8_t>();
  return Binary{subtype, std::string(reader.take(static_cast<std::size_t>(size)))};
}

Json decode_value(std::uint8_t type, BsonReader& reader, int depth) {
  switch (type) {
    case bson_double: return reader.number<double>();
    case bson_string: return reader.string();
    case bson_document: return decode_members(reader.document(), depth + 1);
    case bson_array: return decode_elements(reader.document(), depth + 1);
    case bson_binary: return decode_binary(reader);
    case bson_object_id: return *ObjectId::from_bytes(reader.take(ObjectId::size_bytes));
    case bson_bool: return reader.number<std::uint8_t>() != 0;
    case bson_date: return Date{reader.number<std::int64_t>()};
    case bson_null: return nullptr;
    case bson_int32: return Json::int32(reader.number<std::int32_t>());
    case bson_int64: return Json::int64(reader.number<std::int64_t>());
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
  BsonReader reader(bytes);
  const std::string_view body = reader.document();
  if (!reader.empty()) malformed_bson("bytes after its end");
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
  if (document.size() != 1) malformed_bson("not one value");
  return std::move(document.begin()->second);
}

std::uint8_t bson_type(const Json& value) {
  static constexpr std::uint8_t types[] = {bson_null,   bson_bool,  bson_int32,    bson_int64,     bson_double, bson_string,
                                           bson_array, bson_document, bson_object_id, bson_date, bson_binary};
  const std::size_t index = value.value().index();
  return index < std::size(types) ? types[index] : std::get<RareBson>(value.value()).type;
}

std::string_view type_name(const Json& value) {
  static constexpr std::string_view names[] = {"null",  "bool",   "int",      "long", "double",  "string",
                                               "array", "object", "objectId", "date", "binData"};
  if (value.value().index() < std::size(names)) return names[value.value().index()];
  switch (std::get<RareBson>(value.value()).type) {
    case bson_undefined: return "undefined";
    case bson_regex: return "regex";
    case bson_db_pointer: return "dbPointer";
    case bson_code: return "javascript";
    case bson_symbol: return "symbol";
    case bson_code_with_scope: return "javascriptWithScope";
    case bson_timestamp: return "timestamp";
    case bson_decimal128: return "decimal";
    case bson_min_key: return "minKey";
    default: return "maxKey";
  }
}

}  // namespace taskrunner
