#include "net/client_address.hpp"

#include <algorithm>
#include <charconv>
#include <taskrunner/error.hpp>

namespace taskrunner::net {

namespace ip = boost::asio::ip;
using boost::system::error_code;

namespace {

ip::address_v6::bytes_type bits_of(const ip::address& address) {
  return address.is_v6() ? address.to_v6().to_bytes() : ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}

[[noreturn]] void throw_no_network(const std::string& text) {
  throw Error(ErrorCode::invalid_argument, "\"" + text + "\" is no network: write an address, or one with a length as 10.0.0.0/8");
}

/// All of X-Forwarded-For in one list, whichever way it was cut into fields.
std::vector<std::string_view> forwarded_for(const HttpFields& headers) {
  std::vector<std::string_view> items;
  for (auto [name, value] : headers) {
    if (!equal_ignoring_case(name, "X-Forwarded-For")) continue;
    for (bool more = true; more;) {
      const auto comma = value.find(',');
      items.push_back(trimmed(value.substr(0, comma)));
      more = comma != std::string_view::npos;
      if (more) value.remove_prefix(comma + 1);
    }
  }
  return items;
}

}  // namespace

Networks::Networks(const std::vector<std::string>& texts) {
  for (const auto& text : texts) {
    const auto slash = text.find('/');
    error_code error;
    const auto address = plain_address(ip::make_address(text.substr(0, slash), error));
    const unsigned longest = address.is_v4() ? 32 : 128;
    unsigned prefix = longest;
    if (slash != std::string::npos) {
      const auto [end, bad] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), prefix);
      if (bad != std::errc() || end != text.data() + text.size()) throw_no_network(text);
    }
    if (error || prefix > longest) throw_no_network(text);
    networks_.push_back({bits_of(address), address.is_v4() ? prefix + 96 : prefix});
  }
}

bool Networks::contains(const ip::address& address) const {
  const auto bits = bits_of(address);
  return std::ranges::any_of(networks_, [&](const Network& network) {
    const auto whole = network.prefix / 8, rest = network.prefix % 8;
    if (!std::equal(bits.begin(), bits.begin() + whole, network.bits.begin())) return false;
    return rest == 0 || (bits[whole] ^ network.bits[whole]) >> (8 - rest) == 0;
  });
}

ip::address plain_address(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

ip::address client_address(const ip::address& peer, const HttpFields& headers, const Networks& trusted_proxies) {
  if (trusted_proxies.empty() || !trusted_proxies.contains(peer)) return peer;
  auto found = peer;
  const auto items = forwarded_for(headers);
  for (auto it = items.rbegin(); it != items.rend(); ++it) {
    error_code error;
    const auto address = plain_address(ip::make_address(std::string(*it), error));
    if (error) return peer;
    found = address;
    if (!trusted_proxies.contains(address)) break;
  }
  return found;
}

}  // namespace taskrunner::net
