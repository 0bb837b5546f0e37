#include "net/socketio_packet.hpp"

#include "base/exact_json.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

namespace taskrunner::net {
namespace {

namespace json = boost::json;

/// Takes the digits in front; nothing if there are none or the number is above 2^53 (JavaScript's limit).
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > (std::uint64_t{1} << 53)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool starts_with_digit(std::string_view text) { return !text.empty() && text[0] >= '0' && text[0] <= '9'; }

bool is_binary(SocketPacketType type) {
  return type == SocketPacketType::binary_event || type == SocketPacketType::binary_ack;
}

bool take_attachments(std::string_view& text, std::size_t limit, SocketPacket& packet) {
  if (!is_binary(packet.type)) return true;
  const auto count = starts_with_digit(text) ? take_number(text) : std::nullopt;
  if (!count || *count > limit || !text.starts_with('-')) return false;
  packet.attachments = static_cast<std::size_t>(*count);
  text.remove_prefix(1);
  return true;
}

void take_namespace(std::string_view& text, SocketPacket& packet) {
  if (!text.starts_with('/')) return;
  const auto end = text.find(',');
  packet.namespace_name = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
}

bool take_payload(std::string_view text, SocketPacket& packet) {
  if (text.empty()) return true;
  // Far more than an application takes: what is too deep for it, it refuses by an answer; what is too deep here ends the
  // connection.
  constexpr std::size_t max_depth = 1'024;
  json::error_code error;
  packet.payload = parse_exact_json(text, error, max_depth);
  return !error;
}

bool is_event_payload(const json::value& payload) {
  if (!payload.is_array() || payload.get_array().empty()) return false;
  const auto& name = payload.get_array()[0];
  return name.is_number() || (name.is_string() && !is_reserved_event(name.get_string()));
}

bool payload_fits(const SocketPacket& packet) {
  const auto& payload = packet.payload;
  switch (packet.type) {
    case SocketPacketType::connect: return !payload || payload->is_object();
    case SocketPacketType::disconnect: return !payload;
    case SocketPacketType::event:
    case SocketPacketType::binary_event: return payload && is_event_payload(*payload);
    case SocketPacketType::ack:
    case SocketPacketType::binary_ack: return payload && payload->is_array() && packet.id;
    case SocketPacketType::connect_error: return payload && (payload->is_object() || payload->is_string());
  }
  return false;
}

bool placeholders_fit(const json::value& value, std::size_t attachments) {
  if (value.is_array())
    return std::ranges::all_of(value.get_array(), [&](auto& item) { return placeholders_fit(item, attachments); });
  if (!value.is_object()) return true;
  const auto* mark = value.get_object().if_contains("_placeholder");
  if (mark && *mark == true) {
    const auto number = placeholder_number(value);
    return number && *number < attachments;
  }
  return std::ranges::all_of(value.get_object(), [&](auto& item) { return placeholders_fit(item.value(), attachments); });
}

}  // namespace

bool is_reserved_event(std::string_view name) {
  constexpr std::array<std::string_view, 6> reserved{"connect",       "connect_error", "disconnect",
                                                     "disconnecting", "newListener",   "removeListener"};
  return std::ranges::find(reserved, name) != reserved.end();
}

std::optional<std::size_t> placeholder_number(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const auto* mark = value.get_object().if_contains("_placeholder");
  const auto* number = value.get_object().if_contains("num");
  if (!mark || *mark != true || !number || !number->is_int64() || number->get_int64() < 0) return std::nullopt;
  return static_cast<std::size_t>(number->get_int64());
}

std::optional<SocketPacket> decode_socket_packet(std::string_view text, std::size_t max_attachments) {
  if (text.empty() || text[0] < '0' || text[0] > '6') return std::nullopt;
  SocketPacket packet;
  packet.type = static_cast<SocketPacketType>(text[0] - '0');
  text.remove_prefix(1);
  if (!take_attachments(text, max_attachments, packet)) return std::nullopt;
  take_namespace(text, packet);
  if (starts_with_digit(text) && !(packet.id = take_number(text))) return std::nullopt;
  if (!take_payload(text, packet) || !payload_fits(packet)) return std::nullopt;
  if (is_binary(packet.type) && !placeholders_fit(*packet.payload, packet.attachments)) return std::nullopt;
  return packet;
}

std::string socket_packet_head(SocketPacketType type, std::string_view namespace_name, std::optional<std::uint64_t> id,
                               std::size_t attachments) {
  std::string head{'4', static_cast<char>('0' + static_cast<int>(type))};
  if (is_binary(type)) head.append(std::to_string(attachments)).push_back('-');
  if (namespace_name != "/") head.append(namespace_name).push_back(',');
  if (id) head.append(std::to_string(*id));
  return head;
}

std::string json_quote(std::string_view text) { return json::serialize(json::string_view(text.data(), text.size())); }

}  // namespace taskrunner::net
