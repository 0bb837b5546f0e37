#include "tasks/address_policy.hpp"

#include <taskrunner/error.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace taskrunner::tasks {
namespace {

constexpr int v4_offset_bits = 96;

IpAddress mapped(const void* v4_bytes) {
  IpAddress address;
  address.bytes[10] = address.bytes[11] = 0xff;
  std::memcpy(address.bytes.data() + 12, v4_bytes, 4);
  return address;
}

bool in_any(const std::vector<Cidr>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const Cidr& network) { return network.contains(address); });
}

std::vector<Cidr> parse_all(std::initializer_list<const char*> texts) {
  std::vector<Cidr> networks;
  for (const char* text : texts) networks.push_back(Cidr::parse(text));
  return networks;
}

bool is_public_v4(const IpAddress& address) {
  static const auto special = parse_all(
      {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
       "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
       "224.0.0.0/4", "240.0.0.0/4"});
  return !in_any(special, address);
}

// Only global unicast 2000::/3 is routed; NAT64's prefix lies outside of it and is judged by the address it carries.
bool is_public_v6(const IpAddress& address) {
  static const auto global = Cidr::parse("2000::/3");
  static const auto special =
      parse_all({"2001::/23", "2001:db8::/32", "3fff::/20"});
  static const auto nat64 = Cidr::parse("64:ff9b::/96");
  static const auto six_to_four = Cidr::parse("2002::/16");
  if (nat64.contains(address)) return is_public_v4(mapped(address.bytes.data() + 12));
  if (six_to_four.contains(address)) return is_public_v4(mapped(address.bytes.data() + 2));
  return global.contains(address) && !in_any(special, address);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  in_addr v4{};
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return mapped(&v4);
  IpAddress v6;
  if (inet_pton(AF_INET6, copy.c_str(), v6.bytes.data()) == 1) return v6;
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr& address) {
  if (address.sa_family == AF_INET) return mapped(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  if (address.sa_family != AF_INET6) return std::nullopt;
  IpAddress v6;
  std::memcpy(v6.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, v6.bytes.size());
  return v6;
}

bool IpAddress::is_v4() const {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) && bytes[10] == 0xff &&
         bytes[11] == 0xff;
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (is_v4())
    inet_ntop(AF_INET, bytes.data() + 12, buffer, sizeof buffer);
  else
    inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
  return buffer;
}

Cidr Cidr::parse(std::string_view text) {
  const Error wrong(ErrorCode::invalid_argument,
                    "'" + std::string(text) + "' is no network: want 10.0.0.0/8, 2001:db8::/32 or an address");
  const auto slash = text.find('/');
  const auto address_text = text.substr(0, slash);
  const auto address = IpAddress::parse(address_text);
  if (!address || address_text.find('\0') != std::string_view::npos) throw wrong;
  const bool written_as_v4 = address_text.find(':') == std::string_view::npos;
  const int most = written_as_v4 ? 32 : 128;
  int bits = most;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, problem] = std::from_chars(digits.begin(), digits.end(), bits);
    if (problem != std::errc() || end != digits.end() || bits < 0 || bits > most) throw wrong;
  }
  return Cidr{*address, written_as_v4 ? bits + v4_offset_bits : bits};
}

bool Cidr::contains(const IpAddress& other) const {
  // ::/0 is "all of IPv6", not IPv4 in its mapped form.
  if (address.is_v4() != other.is_v4()) return false;
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + bits / 8, other.bytes.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (address.bytes[whole] ^ other.bytes[whole]) >> (8 - rest) == 0;
}

AddressPolicy AddressPolicy::everything() { return {}; }

AddressPolicy AddressPolicy::public_only() {
  AddressPolicy policy;
  policy.kind_ = Kind::public_only;
  return policy;
}

AddressPolicy AddressPolicy::only(const std::vector<std::string>& cidrs) {
  AddressPolicy policy;
  policy.kind_ = Kind::listed;
  for (const auto& text : cidrs) policy.listed_.push_back(Cidr::parse(text));
  return policy;
}

bool AddressPolicy::allows(const IpAddress& address) const {
  if (kind_ == Kind::everything) return true;
  if (kind_ == Kind::listed) return in_any(listed_, address);
  return address.is_v4() ? is_public_v4(address) : is_public_v6(address);
}

}  // namespace taskrunner::tasks
