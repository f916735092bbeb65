/// What libcouchbase is told about a place.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "stores/couchbase/connection_string.h"

namespace posse::couchbase {
namespace {

bool asks_for_services(std::vector<std::string> nodes) {
  const CouchbasePlace place{.nodes = std::move(nodes)};
  return connection_string(place).find("dnssrv=off") == std::string::npos;
}

// The library did ask, as for any single node, and a name server that is silent held up the
// executor's thread for 10 s: no call ended by its deadline.
TEST(CouchbaseConnectionString, NoNameServerIsAskedAboutAnAddress) {
  EXPECT_FALSE(asks_for_services({"10.0.0.1"}));
  EXPECT_FALSE(asks_for_services({"10.0.0.1:11210"}));
  EXPECT_FALSE(asks_for_services({"[::1]"}));
  EXPECT_FALSE(asks_for_services({"[fe80::1]:11210"}));
  EXPECT_TRUE(asks_for_services({"cluster.example"}));
  EXPECT_TRUE(asks_for_services({"10.example"}));
}

TEST(CouchbaseConnectionString, FilesMayHaveAnyName) {
  const CouchbasePlace place{.nodes = {"a", "b:11207"}, .is_secure = true, .ca = "/x/1&2?=% +.pem"};
  const std::string text = connection_string(place);
  EXPECT_TRUE(text.starts_with("couchbases://a,b:11207?")) << text;
  EXPECT_TRUE(text.ends_with("&truststorepath=/x/1%262%3F%3D%25%20%2B.pem")) << text;
}

}  // namespace
}  // namespace posse::couchbase
