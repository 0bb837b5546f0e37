#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace taskrunner::tasks {

/// An IP address, always as 16 bytes: IPv4 in its IPv6-mapped form ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  /// Of text; nothing where it is none.
  static std::optional<IpAddress> parse(std::string_view text);
  /// Of AF_INET and AF_INET6; nothing of other families.
  static std::optional<IpAddress> of(const sockaddr& address);
  bool is_v4() const;
  std::string text() const;
};

/// A network: an address and how many of its leading bits count (of the 16-byte form).
struct Cidr {
  IpAddress address;
  int bits = 0;

  /// `10.0.0.0/8`, `2001:db8::/32`, or a lone address. Error{invalid_argument} that names the text.
  static Cidr parse(std::string_view text);
  bool contains(const IpAddress& other) const;
};

/// Which addresses a download may connect to. Asked with the address itself at each connection, so redirects and
/// names that change their address are covered. A value; any thread.
class AddressPolicy {
 public:
  static AddressPolicy everything();
  /// What is routed in the public internet: neither loopback, private, link-local, shared, multicast,
  /// documentation, benchmark nor reserved networks, nor IPv6 forms that carry such an IPv4 address.
  /// Source: https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
  static AddressPolicy public_only();
  /// These networks and nothing else. Error{invalid_argument}.
  static AddressPolicy only(const std::vector<std::string>& cidrs);

  bool allows(const IpAddress& address) const;
  /// A proxy would connect in our stead, unseen: none is used unless everything is allowed.
  bool allows_everything() const { return kind_ == Kind::everything; }

 private:
  enum class Kind : std::uint8_t { everything, public_only, listed };
  Kind kind_ = Kind::everything;
  std::vector<Cidr> listed_;
};

}  // namespace taskrunner::tasks
