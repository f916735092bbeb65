/// What each answer of libcouchbase means, and that nothing else means anything.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stores/couchbase/answers.h"

namespace posse::couchbase {
namespace {

struct Row {
  Said said;
  Answer get;
  Answer add;
  Answer cas;
};

using enum Answer;

/// Every pair that counts, by the numbers that stand in libcouchbase's and the server's headers.
const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {{0, 0x00}, done, done, done},
      {{305, 0x02}, unavailable, refused, refused},
      {{209, 0x02}, unavailable, unknown, refused},
      {{301, 0x01}, empty, unknown, refused},
      {{304, 0x03}, unavailable, too_large, too_large},
      {{207, 0x82}, unavailable, unavailable, unavailable},
      {{207, 0x85}, unavailable, unavailable, unavailable},
      {{207, 0x86}, unavailable, unavailable, unavailable},
      {{303, 0x09}, unavailable, unavailable, unavailable},
      {{307, 0xa0}, unavailable, unavailable, unavailable},
      {{308, 0xa1}, unavailable, unavailable, unavailable},
      {{310, 0xa2}, unavailable, unavailable, unavailable},
      {{311, 0xa4}, unavailable, unavailable, unavailable},
      {{206, 0x20}, unavailable, unavailable, unavailable},
      {{206, 0x24}, unavailable, unavailable, unavailable},
  };
  return all;
}

bool is_row(Said said) {
  for (const Row& row : rows()) {
    if (row.said == said) return true;
  }
  return false;
}

constexpr int codes_end = 1100;
constexpr int statuses_end = 256;

TEST(CouchbaseAnswers, APairOfCodeAndStatusSaysWhatBecameOfIt) {
  for (const Row& row : rows()) {
    const auto told = ::testing::Message() << row.said.code << ", " << row.said.status;
    EXPECT_EQ(answer_of(Call::get, row.said, Map::same), row.get) << told;
    EXPECT_EQ(answer_of(Call::add, row.said, Map::same), row.add) << told;
    EXPECT_EQ(answer_of(Call::cas, row.said, Map::same), row.cas) << told;
  }
}

// Codes of a later version too, and codes that the library has made up beside a status of another
// answer, or none.
TEST(CouchbaseAnswers, OfAnythingElseAWriteIsUnknownAndAReadUnavailable) {
  for (int code = 0; code < codes_end; ++code) {
    for (int status = 0; status < statuses_end; ++status) {
      const Said said{code, status};
      if (is_row(said)) continue;
      ASSERT_EQ(answer_of(Call::add, said, Map::same), unknown) << code << ", " << status;
      ASSERT_EQ(answer_of(Call::cas, said, Map::same), unknown) << code << ", " << status;
      ASSERT_EQ(answer_of(Call::get, said, Map::same), unavailable) << code << ", " << status;
    }
  }
}

// The library sends it once more, and the second copy meets what the first has done.
TEST(CouchbaseAnswers, AfterTheMapHasChangedNoRefusalOfAWriteCounts) {
  for (int code = 0; code < codes_end; ++code) {
    for (int status = 0; status < statuses_end; ++status) {
      const Said said{code, status};
      const Answer expected = said == Said{} ? done : unknown;
      ASSERT_EQ(answer_of(Call::add, said, Map::changed), expected) << code << ", " << status;
      ASSERT_EQ(answer_of(Call::cas, said, Map::changed), expected) << code << ", " << status;
    }
  }
  for (const Row& row : rows()) EXPECT_EQ(answer_of(Call::get, row.said, Map::changed), row.get);
}

TEST(CouchbaseAnswers, AListIsDoneOrUnavailable) {
  for (const Map map : {Map::same, Map::changed}) {
    EXPECT_EQ(answer_of(Call::list, {}, map), done);
    for (const Row& row : rows()) {
      if (row.said != Said{}) {
        EXPECT_EQ(answer_of(Call::list, row.said, map), unavailable);
      }
    }
  }
}

CouchbasePlace place() {
  return {.nodes = {"a.example", "b.example"},
          .bucket = "slots",
          .scope = "shop",
          .collection = "daily",
          .user = "posse"};
}

std::string words_of(Said said) {
  return error_of(said, "Couchbase", place()).detail;
}

TEST(CouchbaseAnswers, AnErrorSaysWhatAnOperatorCanDo) {
  EXPECT_EQ(words_of({308, 0xa1}),
            "Couchbase: too few nodes are up for a durable write; if it stays so, it is a wrong "
            "setting: the bucket must have 1 or 2 replicas, and the cluster more nodes than that "
            "(bucket slots; libcouchbase 308, the node's status 161)");
  EXPECT_EQ(words_of({777, 0}), "Couchbase: libcouchbase 777");
  EXPECT_EQ(error_of({304, 3}, "Couchbase", place()).code, Errc::too_large);
  EXPECT_EQ(error_of({201, 0}, "Couchbase", place()).code, Errc::unavailable);
}

TEST(CouchbaseAnswers, AnErrorNamesWhatOfTheUrlItIsAbout) {
  EXPECT_EQ(words_of({201, 0x88}),
            "Couchbase: there is no such collection in the bucket (bucket slots, scope shop, "
            "collection daily; libcouchbase 201, the node's status 136)");
  EXPECT_EQ(words_of({206, 0}),
            "Couchbase: the user or the password is wrong, or the user may not read and write the "
            "bucket (user posse, bucket slots; libcouchbase 206)");
  EXPECT_EQ(words_of({218, 12004}),
            "Couchbase: lists and audits need a primary index of the collection (bucket slots, "
            "scope shop, collection daily; libcouchbase 218, the node's status 12004)");
  CouchbasePlace certified = place();
  certified.user.clear();
  certified.scope.clear();
  certified.files.cert = "/x/c.pem";
  EXPECT_NE(error_of({206, 0}, "Couchbase", certified)
                .detail.find("(certificate /x/c.pem, bucket slots; libcouchbase 206)"),
            std::string::npos);
  EXPECT_NE(error_of({218, 0}, "Couchbase", certified).detail.find("(bucket slots; "),
            std::string::npos);
}

TEST(CouchbaseAnswers, WhoCannotConnectIsToldWhere) {
  EXPECT_EQ(cannot_connect({1024, 0}, place()).detail,
            "cannot connect to Couchbase at a.example,b.example: nobody listens there "
            "(libcouchbase 1024)");
  EXPECT_EQ(cannot_connect({1005, 0}, place()).detail,
            "cannot connect to Couchbase at a.example,b.example: the host is not reached "
            "(libcouchbase 1005)");
  EXPECT_EQ(cannot_connect({1051, 0}, place()).detail,
            "cannot connect to Couchbase at a.example,b.example: the connection failed "
            "(libcouchbase 1051)");
  EXPECT_EQ(not_connected(std::chrono::milliseconds(9), place()).detail,
            "not asked: no connection to Couchbase at a.example,b.example within 9 ms; is a name "
            "server slow?");
}

// All that was thought of was a wrong port.
TEST(CouchbaseAnswers, ASlowNameServerIsThoughtOfWhereThereAreNames) {
  CouchbasePlace numbers = place();
  numbers.nodes = {"10.0.0.1", "[::1]"};
  EXPECT_TRUE(not_connected(std::chrono::milliseconds(9), numbers).detail.ends_with("9 ms"));
}

// An empty file was told as a wrong port.
TEST(CouchbaseAnswers, AWrongFileForTlsIsThoughtOf) {
  EXPECT_NE(cannot_connect({1002, 0}, place()).detail.find("`ca`"), std::string::npos);
}

// All that was said was "no answer in time".
TEST(CouchbaseAnswers, AWrongPortForTlsIsThoughtOf) {
  CouchbasePlace plain = place();
  plain.nodes = {"[::1]", "a.example:11207"};
  const std::string hint =
      "; couchbase:// is not TLS: is a port in the URL one for TLS, as 11207 is?";
  for (const int code : {201, 1002, 1025, 1026, 1048, 1050}) {
    EXPECT_TRUE(cannot_connect({code, 0}, plain).detail.ends_with(hint)) << code;
  }
  EXPECT_TRUE(not_connected(std::chrono::milliseconds(9), plain).detail.ends_with(hint));
  EXPECT_TRUE(cannot_connect({1024, 0}, plain).detail.ends_with("(libcouchbase 1024)"));
  CouchbasePlace secure = plain;
  secure.is_secure = true;
  EXPECT_TRUE(cannot_connect({1002, 0}, secure)
                  .detail.ends_with("; couchbases:// is TLS: is a port in the URL one without, as "
                                    "11210 is?"));
  secure.nodes = {"[::1]", "a.example"};
  EXPECT_TRUE(cannot_connect({1002, 0}, secure).detail.ends_with("(libcouchbase 1002)"));
}

}  // namespace
}  // namespace posse::couchbase
