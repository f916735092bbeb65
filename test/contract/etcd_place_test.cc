/// Store URLs of etcd, right and wrong.
// SPDX-License-Identifier: Apache-2.0
#include "stores/etcd/etcd_place.h"

#include <gtest/gtest.h>

namespace posse {
namespace {

EtcdPlace read(const std::string& url) {
  const auto place = etcd_place(url);
  EXPECT_TRUE(place) << url << ": " << (place ? "" : place.error().detail);
  return place ? *place : EtcdPlace{};
}

std::string refusal(const std::string& url) {
  const auto place = etcd_place(url);
  return place ? "" : place.error().detail;
}

TEST(EtcdPlace, AMemberIsEnough) {
  const EtcdPlace place = read("etcd://127.0.0.1:2379");
  EXPECT_EQ(place.members, std::vector<std::string>{"127.0.0.1:2379"});
  EXPECT_EQ(place.prefix, "posse");
  EXPECT_TRUE(place.user.empty());
  EXPECT_FALSE(place.is_secure);
}

TEST(EtcdPlace, EverythingMayBeSaid) {
  const EtcdPlace place = read(
      "etcds://shop@a.example:2379,[::1]:23790/shops/one"
      "?password_file=/etc/posse/password&ca=ca.pem&cert=cert.pem&key=key.pem");
  EXPECT_EQ(place.members, (std::vector<std::string>{"a.example:2379", "[::1]:23790"}));
  EXPECT_EQ(place.prefix, "shops/one");
  EXPECT_EQ(place.user, "shop");
  EXPECT_EQ(place.files.password_file, "/etc/posse/password");
  EXPECT_TRUE(place.is_secure);
  EXPECT_EQ(place.files.ca, "ca.pem");
  EXPECT_EQ(place.files.cert, "cert.pem");
  EXPECT_EQ(place.files.key, "key.pem");
}

TEST(EtcdPlace, WhatIsWrongIsNamed) {
  EXPECT_EQ(refusal("etcd://"), "a member must be HOST:PORT, not ``");
  EXPECT_EQ(refusal("etcd://host"), "a member must be HOST:PORT, not `host`");
  EXPECT_EQ(refusal("etcd://host:0"), "a member must be HOST:PORT, not `host:0`");
  EXPECT_EQ(refusal("etcd://host:65536"), "a member must be HOST:PORT, not `host:65536`");
  EXPECT_EQ(refusal("etcd://:2379"), "a member must be HOST:PORT, not `:2379`");
  EXPECT_EQ(refusal("etcd://::1:2379"), "a member must be HOST:PORT, not `::1:2379`");
  EXPECT_EQ(refusal("etcd://a:1,b"), "a member must be HOST:PORT, not `b`");
  EXPECT_EQ(refusal("etcd://a:1,"), "a member must be HOST:PORT, not ``");
  EXPECT_NE(refusal("etcd://a:1/"), "");
  EXPECT_NE(refusal("etcd://a:1//b"), "");
  EXPECT_NE(refusal("etcd://a:1/b c"), "");
  EXPECT_NE(refusal("etcd://a:1/" + std::string(101, 'p')), "");
  EXPECT_EQ(refusal("etcd://u:secret@a:1"), "a password belongs into a file, password_file=FILE");
  EXPECT_NE(refusal("etcd://u@a:1"), "");
  EXPECT_NE(refusal("etcd://a:1?password_file=f"), "");
  EXPECT_EQ(refusal("etcd://a:1?ca=f"), "ca, cert and key are for etcds://");
  EXPECT_EQ(refusal("etcds://a:1?cert=f"), "cert and key go together");
  EXPECT_EQ(refusal("etcds://a:1?ca="), "the option ca has no value");
  EXPECT_EQ(refusal("etcds://a:1?ca=f&ca=g"), "the option ca is there twice");
  EXPECT_EQ(refusal("etcd://a:1?deadline=5"),
            "the options are password_file, ca, cert and key, not `deadline`");
  EXPECT_NE(refusal("http://a:1"), "");
}

}  // namespace
}  // namespace posse
