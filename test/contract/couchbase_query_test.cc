/// What is sent to the query service, and what its answers mean.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stores/couchbase/answers.h"
#include "stores/couchbase/codes.h"
#include "stores/couchbase/query.h"

namespace posse::couchbase {
namespace {

Said said_of_error(const std::string& number) {
  return query_reply(200, R"({"results":["a"],"errors":[{"code":)" + number +
                              R"(,"msg":"words"}],"status":"fatal"})")
      .said;
}

TEST(CouchbaseQuery, AsksForWhatWasWrittenBefore) {
  Order order{.call = Call::list, .statement = "SELECT 1"};
  order.parameters.emplace_back("from\"");
  EXPECT_EQ(query_body(order),
            R"({"statement":"SELECT 1","args":["from\""],"scan_consistency":"request_plus",)"
            R"("readonly":true,"timeout":"2570ms"})");
}

TEST(CouchbaseQuery, RowsAreIds) {
  const Reply reply = query_reply(200, R"({"results":["a","b"],"errors":[],"status":"success"})");
  EXPECT_EQ(reply.said, Said{});
  EXPECT_EQ(reply.rows, (std::vector<std::string>{"a", "b"}));
}

// Else the rest of a list would be missing, and nobody would know.
TEST(CouchbaseQuery, RowsThatMayNotBeAllAreNone) {
  EXPECT_EQ(said_of_error("1080"), (Said{code::timeout, 1080}));
  for (const char* const body :
       {R"({"results":["a"],"status":"stopped"})", R"({"results":["a"]})", R"({"results":["a"],)",
        R"({"results":["a",1,"b"],"status":"success"})", R"({"status":"success"})",
        R"({"results":{},"status":"success"})", "", "[]",
        R"({"errors":["?"],"results":["a"],"status":"success"})",
        R"({"errors":{},"results":["a"],"status":"success"})"}) {
    const Reply reply = query_reply(200, body);
    EXPECT_EQ(reply.said, (Said{code::internal_server_failure, 200})) << body;
    EXPECT_TRUE(reply.rows.empty()) << body;
  }
}

TEST(CouchbaseQuery, AnErrorHasTheLibrarysCodeAndTheServicesNumber) {
  EXPECT_EQ(said_of_error("4000"), (Said{code::planning_failure, 4000}));
  EXPECT_EQ(said_of_error("5000"), (Said{code::internal_server_failure, 5000}));
  EXPECT_EQ(said_of_error("10000"), (Said{code::authentication_failure, 10000}));
  EXPECT_EQ(said_of_error("12004"), (Said{code::index_not_found, 12004}));
  EXPECT_EQ(said_of_error("12016"), (Said{code::index_not_found, 12016}));
  EXPECT_EQ(said_of_error("13014"), (Said{code::authentication_failure, 13014}));
  EXPECT_EQ(said_of_error("-1"), (Said{code::internal_server_failure, 0}));
  EXPECT_EQ(said_of_error("12345678901"), (Said{code::internal_server_failure, 0}));
  EXPECT_EQ(said_of_error(R"("?")"), (Said{code::internal_server_failure, 0}));
  EXPECT_EQ(query_reply(401, "who?").said, (Said{code::authentication_failure, 401}));
  EXPECT_EQ(query_reply(503, "").said, (Said{code::internal_server_failure, 503}));
  EXPECT_EQ(query_reply(200, R"({"errors":[{"code":1,"msg":"words"}]})").words, "words");
}

TEST(CouchbaseQuery, WhoMayNotAskIsToldWhichRoleHeNeeds) {
  EXPECT_EQ(error_of(said_of_error("13014"), "Couchbase",
                     CouchbasePlace{.bucket = "slots", .user = "posse"})
                .detail,
            "Couchbase: lists and audits need a user with the role Query Select (user posse, "
            "bucket slots; libcouchbase 206, the node's status 13014)");
}

}  // namespace
}  // namespace posse::couchbase
