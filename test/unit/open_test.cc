/// Tests of opening a store by its URL.
// SPDX-License-Identifier: Apache-2.0
#include "posse/open.h"

#include <string>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace posse {
namespace {

// Whatever was shorter than `lmdb:` threw, and whatever was longer named a directory.
TEST(Open, SaysWhatAUrlIsWhereThereIsNone) {
  boost::asio::io_context io;
  for (const std::string url : {"", "x", "lmdb", "lmdb:", "nonsense", "redis://127.0.0.1:6379"}) {
    for (const Missing missing : {Missing::refuse, Missing::create}) {
      const auto opened = open_store(url, missing, io.get_executor());
      ASSERT_FALSE(opened) << url;
      EXPECT_EQ(opened.error().code, Errc::unavailable);
      EXPECT_EQ(opened.error().detail,
                "the store's URL must be " + std::string(store_url_forms) + ", not `" + url + "`");
    }
  }
}

// It stood in the log of whoever had tried.
TEST(Open, APasswordInAUrlIsNotRepeated) {
  EXPECT_EQ(wrong_store_url("couchbase://shop:p:@ss@host:1/slots"),
            "`couchbase://shop:...@host:1/slots`: a password belongs into a file, "
            "password_file=FILE");
  EXPECT_EQ(wrong_store_url("etcd://shop:secret@host:2379"),
            "`etcd://shop:...@host:2379`: a password belongs into a file, password_file=FILE");
  EXPECT_EQ(wrong_store_url("couchbase://shop@host:1/slots"),
            "`couchbase://shop@host:1/slots`: a user and password_file go together: "
            "couchbase://USER@HOST/BUCKET?password_file=FILE");
}

// It was found out when the store was opened, as if the cluster could not be reached.
TEST(Open, AFileThatCannotBeReadIsAWrongUrl) {
  const std::string etcd = "etcds://u@a:1?password_file=/dev/null&ca=";
  EXPECT_EQ(wrong_store_url(etcd + "/nowhere/ca.pem"),
            "`" + etcd + "/nowhere/ca.pem`: the file of ca cannot be read, /nowhere/ca.pem");
  EXPECT_EQ(wrong_store_url(etcd + "/dev/null"), std::nullopt);
  const std::string couchbase = "couchbases://a/b?ca=/dev/null&cert=/dev/null&key=";
  EXPECT_EQ(wrong_store_url(couchbase + "/"),
            "`" + couchbase + "/`: the file of key cannot be read, /");
  EXPECT_EQ(wrong_store_url(couchbase + "/dev/null"), std::nullopt);
  EXPECT_EQ(wrong_store_url("couchbase://u@a/b?password_file=/nowhere/pw"),
            "`couchbase://u@a/b?password_file=/nowhere/pw`: the file of password_file cannot be "
            "read, /nowhere/pw");
}

TEST(Open, APasswordIsRepeatedInNoMessage) {
  for (const char* const url :
       {"etcd://posse:secret@a/b", "etcd://u:secret/more@a:1", "couchbase://u:secret/more@a/b",
        "couchbase://posse:secret@a,b:1/c", "mongodb://u:secret@a/b",
        "couchbase://posse@a/b?password=secret&prefix=c", "etcd://posse@a/b?password=secret",
        "couchbase://posse@a/b?password=and&secret", "couchbase://posse@a/b?pwd=secret",
        "couchbase://u:secret?more@a/b", "etcd://u:secret?more@a:1", "couchbase://u:a@secret?b@c/d",
        "couchbase://u@h:1/b?ca=x@y&pwd=secret", "mongodb://u@a/b?pass=secret"}) {
    const auto wrong = wrong_store_url(url);
    ASSERT_TRUE(wrong) << url;
    EXPECT_EQ(wrong->find("secret"), std::string::npos) << *wrong;
  }
}

TEST(Open, WhatIsNoPasswordIsRepeated) {
  const std::string url = "couchbase://u@a,b:1/c?password_file=f&prefix=d&durability=none";
  EXPECT_TRUE(wrong_store_url(url)->starts_with("`" + url + "`: durability is ")) << url;
}

}  // namespace
}  // namespace posse
