#include "net/client_address.hpp"

#include <gtest/gtest.h>

#include <taskrunner/error.hpp>

namespace taskrunner::net {
namespace {

using boost::asio::ip::make_address;

TEST(Networks, HoldAddressesByTheirLength) {
  const Networks networks({"10.1.0.0/12", "192.0.2.7", "2001:db8::/33", "::ffff:198.51.100.0/24"});
  for (const char* in : {"10.0.0.1", "10.15.255.255", "192.0.2.7", "2001:db8:7fff::1", "::ffff:10.1.2.3", "198.51.100.9"})
    EXPECT_TRUE(networks.contains(plain_address(make_address(in)))) << in;
  for (const char* out : {"10.16.0.1", "192.0.2.8", "2001:db8:8000::1", "198.51.101.9", "::1"})
    EXPECT_FALSE(networks.contains(make_address(out))) << out;
  EXPECT_FALSE(Networks().contains(make_address("10.0.0.1")));
}

TEST(Networks, NameWhatIsNone) {
  for (const char* wrong : {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129", "10.0.0"})
    EXPECT_THROW(Networks({wrong}), Error) << wrong;
}

TEST(ClientAddress, IsTheLastOneThatNoTrustedProxyHas) {
  const Networks proxies({"10.0.0.0/8"});
  const auto of = [&](const char* peer, HttpFields headers) {
    return client_address(make_address(peer), headers, proxies).to_string();
  };
  EXPECT_EQ(of("10.0.0.1", {{"X-Forwarded-For", "198.51.100.1, 203.0.113.9, 10.0.0.2"}}), "203.0.113.9");
  EXPECT_EQ(of("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"x-forwarded-for", "10.0.0.2"}}), "203.0.113.9");
  EXPECT_EQ(of("203.0.113.5", {{"X-Forwarded-For", "198.51.100.1"}}), "203.0.113.5");
  EXPECT_EQ(of("10.0.0.1", {}), "10.0.0.1");
  EXPECT_EQ(of("10.0.0.1", {{"X-Forwarded-For", "unknown"}}), "10.0.0.1");
  EXPECT_EQ(of("10.0.0.1", {{"X-Forwarded-For", "10.0.0.7, 10.0.0.2"}}), "10.0.0.7");
}

}  // namespace
}  // namespace taskrunner::net
