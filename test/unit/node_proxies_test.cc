/// Tests of whose word counts for where a request comes from.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/proxies.h"

namespace posse {
namespace {

TrustedProxies trusting(const std::vector<std::string>& addresses) {
  TrustedProxies proxies;
  for (const auto& address : addresses) EXPECT_TRUE(proxies.add(address)) << address;
  return proxies;
}

TEST(TrustedProxies, TrustsNobodyByItself) {
  const TrustedProxies proxies;
  EXPECT_FALSE(proxies.contains("127.0.0.1"));
  EXPECT_EQ(proxies.client("127.0.0.1", "1.2.3.4"), "127.0.0.1");
}

TEST(TrustedProxies, TakesTheWordOfAProxy) {
  const auto proxies = trusting({"127.0.0.1"});
  EXPECT_EQ(proxies.client("127.0.0.1", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(proxies.client("127.0.0.1", ""), "127.0.0.1");
  EXPECT_EQ(proxies.client("5.6.7.8", "1.2.3.4"), "5.6.7.8");
}

TEST(TrustedProxies, CountsTheLastThatIsNoProxy) {
  const auto proxies = trusting({"127.0.0.1", "10.0.0.0/8"});
  EXPECT_EQ(proxies.client("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.1.2.3"), "1.2.3.4");
  EXPECT_EQ(proxies.client("127.0.0.1", "10.1.1.1,10.1.2.3"), "10.1.1.1");
  EXPECT_EQ(proxies.client("127.0.0.1", "6.6.6.6,1.2.3.4 "), "1.2.3.4");
}

TEST(TrustedProxies, LetsNobodyHideBehindNonsense) {
  const auto proxies = trusting({"127.0.0.1", "10.0.0.0/8"});
  EXPECT_EQ(proxies.client("127.0.0.1", "1.2.3.4, unknown"), "127.0.0.1");
  EXPECT_EQ(proxies.client("127.0.0.1", "1.2.3.4, x, 10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(proxies.client("127.0.0.1", ","), "127.0.0.1");
  EXPECT_EQ(proxies.client("127.0.0.1", "["), "127.0.0.1");
  EXPECT_EQ(proxies.client("127.0.0.1", "fe80::1%eth0"), "127.0.0.1");
}

TEST(TrustedProxies, ReadsPortsAndBothFamilies) {
  const auto proxies = trusting({"127.0.0.1", "2001:db8::/32", "::1"});
  EXPECT_EQ(proxies.client("::1", "1.2.3.4:5678"), "1.2.3.4");
  EXPECT_EQ(proxies.client("127.0.0.1", "[2001:DB9::0:1]:443"), "2001:db9::1");
  EXPECT_EQ(proxies.client("127.0.0.1", "2001:db9::1"), "2001:db9::1");
  EXPECT_EQ(proxies.client("127.0.0.1", "7.7.7.7, 2001:db8:1::5"), "7.7.7.7");
  EXPECT_EQ(proxies.client("::ffff:127.0.0.1", "::ffff:1.2.3.4"), "1.2.3.4");
}

TEST(TrustedProxies, RefusesWhatIsNoAddress) {
  TrustedProxies proxies;
  for (const char* wrong : {"", "localhost", "10.0.0.0/33", "10.0.0/8", "::/129", "1.2.3.4/"}) {
    EXPECT_FALSE(proxies.add(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace posse
