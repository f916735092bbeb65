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

TEST(Open, APasswordIsRepeatedInNoMessage) {
  for (const char* const url :
       {"etcd://posse:secret@a/b", "etcd://u:secret/more@a:1", "couchbase://u:secret/more@a/b",
        "couchbase://posse:secret@a,b:1/c", "mongodb://u:secret@a/b",
        "couchbase://posse@a/b?password=secret&prefix=c", "etcd://posse@a/b?password=secret"}) {
    const auto wrong = wrong_store_url(url);
    ASSERT_TRUE(wrong) << url;
    EXPECT_EQ(wrong->find("secret"), std::string::npos) << *wrong;
  }
}

}  // namespace
}  // namespace posse
