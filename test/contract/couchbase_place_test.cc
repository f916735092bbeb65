/// Store URLs of Couchbase, right and wrong.
// SPDX-License-Identifier: Apache-2.0
#include "stores/couchbase/couchbase_place.h"

#include <gtest/gtest.h>

namespace posse {
namespace {

using couchbase::Durability;

CouchbasePlace read(const std::string& url) {
  const auto place = couchbase_place(url);
  EXPECT_TRUE(place) << url << ": " << (place ? "" : place.error().detail);
  return place ? *place : CouchbasePlace{};
}

std::string refusal(const std::string& url) {
  const auto place = couchbase_place(url);
  return place ? "" : place.error().detail;
}

/// With everything that is needed but what stands in `more`.
std::string refusal_of_option(const std::string& more) {
  return refusal("couchbase://u@a/b?password_file=f&" + more);
}

TEST(CouchbasePlace, ANodeABucketAndAUserAreEnough) {
  const CouchbasePlace place = read("couchbase://shop@10.0.0.1/slots?password_file=pw");
  EXPECT_EQ(place.nodes, std::vector<std::string>{"10.0.0.1"});
  EXPECT_EQ(place.bucket, "slots");
  EXPECT_EQ(place.scope, "");
  EXPECT_EQ(place.collection, "");
  EXPECT_EQ(place.prefix, "posse");
  EXPECT_EQ(place.user, "shop");
  EXPECT_EQ(place.files.password_file, "pw");
  EXPECT_EQ(place.durability, Durability::majority);
  EXPECT_FALSE(place.is_secure);
}

TEST(CouchbasePlace, EverythingMayBeSaid) {
  const CouchbasePlace place = read(
      "couchbases://shop@a.example,b.example:11207,[::1]:11207/slots/sales/daily"
      "?password_file=/etc/posse/password&ca=ca.pem&prefix=one&durability=persist_to_majority");
  EXPECT_EQ(place.nodes, (std::vector<std::string>{"a.example", "b.example:11207", "[::1]:11207"}));
  EXPECT_EQ(place.bucket, "slots");
  EXPECT_EQ(place.scope, "sales");
  EXPECT_EQ(place.collection, "daily");
  EXPECT_EQ(place.prefix, "one");
  EXPECT_EQ(place.durability, Durability::persist_to_majority);
  EXPECT_TRUE(place.is_secure);
  EXPECT_EQ(place.files.ca, "ca.pem");
}

TEST(CouchbasePlace, ACertificateMayStandForAUser) {
  const CouchbasePlace place =
      read("couchbases://a/b?ca=f&cert=c.pem&key=k.pem&durability=majority_and_persist");
  EXPECT_EQ(place.user, "");
  EXPECT_EQ(place.files.cert, "c.pem");
  EXPECT_EQ(place.files.key, "k.pem");
  EXPECT_EQ(place.durability, Durability::majority_and_persist);
}

TEST(CouchbasePlace, AWrongNodeIsNamed) {
  const std::string node_rule =
      "a node must be HOST or HOST:PORT, an address of IPv6 in brackets, not ";
  EXPECT_EQ(refusal("couchbase://"), node_rule + "``");
  EXPECT_EQ(refusal("couchbase://u@/b"), node_rule + "``");
  EXPECT_EQ(refusal("couchbase://u@a,/b"), node_rule + "``");
  EXPECT_EQ(refusal("couchbase://u@a:0/b"), node_rule + "`a:0`");
  EXPECT_EQ(refusal("couchbase://u@a:65536/b"), node_rule + "`a:65536`");
  EXPECT_EQ(refusal("couchbase://u@a=mcd/b"), node_rule + "`a=mcd`");
  EXPECT_EQ(refusal("couchbase://u@::1/b"), node_rule + "`::1`");
  for (const char* const host : {"[zz]", "[1]", "[::g]:11210", "[::1", "[]"}) {
    EXPECT_TRUE(refusal(std::string("couchbase://u@") + host + "/b").starts_with(node_rule))
        << host;
  }
}

TEST(CouchbasePlace, AWrongUserIsNamed) {
  EXPECT_EQ(refusal("couchbase://u:secret@a/b"),
            "a password belongs into a file, password_file=FILE");
  EXPECT_EQ(refusal("couchbase://@a/b"), "the user has no name");
  EXPECT_EQ(refusal("couchbase://a b@a/b"), "a user's name has no blanks, and is of ASCII");
  EXPECT_EQ(refusal("couchbase://u@a/b"),
            "a user and password_file go together: "
            "couchbase://USER@HOST/BUCKET?password_file=FILE");
  EXPECT_EQ(refusal("couchbase://a/b?password_file=f"),
            "a user and password_file go together: "
            "couchbase://USER@HOST/BUCKET?password_file=FILE");
  EXPECT_EQ(refusal("couchbase://a/b"),
            "Couchbase wants a user, USER@HOST with password_file=FILE, or cert and key");
}

TEST(CouchbasePlace, AWrongBucketOrCollectionIsNamed) {
  EXPECT_EQ(refusal("couchbase://u@a"), "a bucket is missing: couchbase://USER@HOST/BUCKET");
  EXPECT_EQ(refusal("couchbase://u@a/"), "a bucket is missing: couchbase://USER@HOST/BUCKET");
  EXPECT_EQ(refusal("couchbase://u@a/b`c"),
            "a bucket has 1 to 100 letters, digits, `-`, `_`, `.` and `%`, not `b`c`");
  const std::string pair =
      "behind the bucket stand a scope and a collection, /SCOPE/COLLECTION, of 1 to 251 letters, "
      "digits, `-`, `_` and `%` each, not ";
  EXPECT_EQ(refusal("couchbase://u@a/b/s"), pair + "`s/`");
  EXPECT_EQ(refusal("couchbase://u@a/b//c"), pair + "`/c`");
  EXPECT_EQ(refusal("couchbase://u@a/b/s/c/d"), pair + "`s/c/d`");
  EXPECT_EQ(refusal("couchbase://u@a/b/s/c.d"), pair + "`s/c.d`");
}

TEST(CouchbasePlace, AWrongOptionIsNamed) {
  EXPECT_EQ(refusal_of_option("timeout=5"),
            "the options are password_file, prefix, durability, ca, cert and key, not `timeout`");
  EXPECT_EQ(refusal_of_option("prefix"), "the option prefix has no value");
  EXPECT_EQ(refusal_of_option("prefix=a&&ca=f"), "an option has no name: ?NAME=VALUE&NAME=VALUE");
  EXPECT_EQ(refusal_of_option("=a"), "an option has no name: ?NAME=VALUE&NAME=VALUE");
  EXPECT_EQ(refusal_of_option("durability=majority&durability=persist_to_majority"),
            "the option durability is there twice");
  EXPECT_EQ(refusal_of_option("password_file=g"), "the option password_file is there twice");
  EXPECT_EQ(refusal_of_option("prefix=a/b"),
            "a prefix has 1 to 40 letters, digits, `-`, `_` and `.`, not `a/b`");
  EXPECT_NE(refusal_of_option("prefix=" + std::string(41, 'p')), "");
  EXPECT_EQ(refusal_of_option("durability=none"),
            "durability is majority, majority_and_persist or persist_to_majority, not `none`");
  EXPECT_EQ(refusal_of_option("ca=f"), "ca, cert and key are for couchbases://");
  EXPECT_EQ(refusal("couchbases://a/b?cert=f"), "cert and key go together");
  EXPECT_EQ(refusal("couchbases://u@a/b?password_file=f&ca=f&cert=f&key=f"),
            "a user with a password, or cert and key: not both");
  EXPECT_EQ(refusal("couchbases://a/b?cert=f&key=f"),
            "couchbases:// wants ca=FILE, the cluster's own authority: libcouchbase compares no "
            "names of hosts, so whatever a public authority has signed would do");
  EXPECT_EQ(refusal("http://a/b"), "must be " + std::string(couchbase_url_rule));
}

}  // namespace
}  // namespace posse
