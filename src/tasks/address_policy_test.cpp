#include "tasks/address_policy.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

namespace taskrunner::tasks {
namespace {

bool allows(const AddressPolicy& policy, const char* text) { return policy.allows(IpAddress::parse(text).value()); }

TEST(AddressPolicy, PublicOnlyRefusesWhatIsNotRouted) {
  const auto policy = AddressPolicy::public_only();
  for (const char* text : {"127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1",
                           "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1",
                           "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
                           "2002:7f00:1::", "::127.0.0.1", "198.18.0.1"})
    EXPECT_FALSE(allows(policy, text)) << text;
}

TEST(AddressPolicy, PublicOnlyAllowsWhatIsRouted) {
  const auto policy = AddressPolicy::public_only();
  for (const char* text : {"1.1.1.1", "172.32.0.1", "172.15.255.255", "100.128.0.1", "2606:4700::1111",
                           "::ffff:8.8.8.8", "64:ff9b::808:808"})
    EXPECT_TRUE(allows(policy, text)) << text;
}

TEST(AddressPolicy, AListAllowsItsNetworksAndNothingElse) {
  const auto policy = AddressPolicy::only({"10.0.0.0/9", "2001:db8::/33", "192.0.2.7"});
  for (const char* text : {"10.127.255.255", "::ffff:10.0.0.1", "2001:db8:7fff::1", "192.0.2.7"})
    EXPECT_TRUE(allows(policy, text)) << text;
  for (const char* text : {"10.128.0.0", "8.8.8.8", "2001:db8:8000::1", "192.0.2.8", "::1"})
    EXPECT_FALSE(allows(policy, text)) << text;
  EXPECT_FALSE(allows(AddressPolicy::only({"::/0"}), "127.0.0.1"));
  EXPECT_TRUE(allows(AddressPolicy::only({"0.0.0.0/0"}), "127.0.0.1"));
  EXPECT_FALSE(allows(AddressPolicy::only({}), "8.8.8.8"));
}

TEST(AddressPolicy, EverythingAllowsLoopbackToo) {
  EXPECT_TRUE(allows(AddressPolicy::everything(), "127.0.0.1"));
  EXPECT_TRUE(allows(AddressPolicy::everything(), "fe80::1"));
}

TEST(AddressPolicy, AWrongNetworkIsRefusedByName) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0/8", "::/129", "x", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1"}) {
    try {
      AddressPolicy::only({text});
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace taskrunner::tasks
