/// What libcouchbase is told about a place.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "stores/couchbase/connection_string.h"

namespace posse::couchbase {
namespace {

// It did, for a single node, and a name server that is silent held up the executor's thread for
// 10 s: no call ended by its deadline.
TEST(CouchbaseConnectionString, NoNameServerIsAskedForServices) {
  for (const char* const node : {"10.0.0.1", "cluster.example", "[::1]:11210"}) {
    const CouchbasePlace place{.nodes = {node}};
    EXPECT_NE(connection_string(place).find("&dnssrv=off"), std::string::npos) << node;
  }
}

// The library refused it: it uses no IPv6 by itself.
TEST(CouchbaseConnectionString, AnAddressOfIpv6AllowsIt) {
  const auto allows = [](std::vector<std::string> nodes) {
    const CouchbasePlace place{.nodes = std::move(nodes)};
    return connection_string(place).find("&ipv6=allow") != std::string::npos;
  };
  EXPECT_FALSE(allows({"10.0.0.1", "10.0.0.2:11210"}));
  EXPECT_TRUE(allows({"10.0.0.1", "[fe80::1]:11210"}));
}

TEST(CouchbaseConnectionString, FilesMayHaveAnyName) {
  const CouchbasePlace place{
      .nodes = {"a", "b:11207"}, .is_secure = true, .files = {.ca = "/x/1&2?=% +.pem"}};
  const std::string text = connection_string(place);
  EXPECT_TRUE(text.starts_with("couchbases://a,b:11207?")) << text;
  EXPECT_TRUE(text.ends_with("&truststorepath=/x/1%262%3F%3D%25%20%2B.pem")) << text;
}

}  // namespace
}  // namespace posse::couchbase
