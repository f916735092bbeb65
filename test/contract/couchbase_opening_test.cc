/// Opening a store: the mark, the durable write, and what an operator is told.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "contract/fake_couchbase.h"
#include "posse/testing/store_contract.h"
#include "stores/couchbase/codes.h"
#include "stores/couchbase/couchbase_store.h"

namespace posse {
namespace {

using couchbase::Call;
using couchbase::Making;
using couchbase::Order;
using couchbase::Said;
using testing::FakeCouchbase;
using testing::Treatment;
namespace code = couchbase::code;
namespace status = couchbase::status;

class CouchbaseOpening : public ::testing::Test {
 protected:
  Result<std::unique_ptr<CouchbaseStore>> open(Making making = Making::make) {
    CouchbaseOptions options;
    options.executor = io.get_executor();
    options.place.nodes = {"a.example"};
    options.place.user = "posse";
    options.place.bucket = "slots";
    options.place.scope = "shop";
    options.place.collection = "daily";
    options.make = cluster.maker();
    options.making = making;
    options.patience = std::chrono::milliseconds(150);
    options.deadlines.answering = answering;
    return CouchbaseStore::open(std::move(options));
  }

  std::string refusal() {
    const auto opened = open();
    return opened ? "" : opened.error().detail;
  }

  /// Treats writes so.
  void treat_writes(Treatment treatment) {
    cluster.treat = [this, treatment](const Order& order) {
      if (!order.is_write()) return Treatment{};
      ++writes;
      return treatment;
    };
  }

  FakeCouchbase cluster;
  boost::asio::io_context io{1};
  std::chrono::milliseconds answering{4000};
  int writes = 0;  ///< Of those that were treated so.
};

TEST_F(CouchbaseOpening, TheFirstMakesAStoreAndTheNextFindsIt) {
  const auto first = open();
  ASSERT_TRUE(first);
  EXPECT_TRUE((*first)->was_new());
  EXPECT_FALSE((*first)->warning());
  const Version made = cluster.documents.at("posse/!posse").version;
  const auto second = open();
  ASSERT_TRUE(second);
  EXPECT_FALSE((*second)->was_new());
  EXPECT_NE(cluster.documents.at("posse/!posse").version, made);  // written again, for proof
}

TEST_F(CouchbaseOpening, WhoOnlyLooksMakesNone) {
  const auto looked = open(Making::leave);
  ASSERT_TRUE(looked);
  EXPECT_TRUE((*looked)->was_new());
  EXPECT_TRUE(cluster.documents.empty());
}

TEST_F(CouchbaseOpening, ABucketWithoutDurableWritesIsToldAtOnce) {
  treat_writes({.is_applied = false,
                .said = Said{code::durability_impossible, status::durability_impossible}});
  EXPECT_NE(refusal().find("the bucket must have 1 or 2 replicas"), std::string::npos);
  treat_writes({.refusal = Said{code::unsupported_operation, 0}});
  EXPECT_NE(refusal().find("Couchbase Server 6.5 or newer"), std::string::npos);
  EXPECT_EQ(writes, 2);
}

TEST_F(CouchbaseOpening, AMarkThatIsNeverDoneIsNoStore) {
  treat_writes({.is_applied = false, .said = Said{code::timeout, 0}});
  EXPECT_EQ(refusal(), "Couchbase has not said of any write of posse/!posse that it is done");
}

// A node that starts while another one does, or while the cluster is busy.
TEST_F(CouchbaseOpening, WhatPassesIsTriedAgain) {
  int calls = 0;
  cluster.treat = [&calls](const Order& order) {
    if (++calls > 4) return Treatment{};
    if (order.call == Call::add && calls == 2)
      return Treatment{.said = Said{code::timeout, 0}};  // and it is there
    return Treatment{.is_applied = false,
                     .said = Said{code::temporary_failure, status::temporary_failure}};
  };
  const auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_GT(calls, 4);
}

TEST_F(CouchbaseOpening, AMarkWhoseWriteWasUnknownIsStillNew) {
  bool is_first = true;
  cluster.treat = [&is_first](const Order& order) {
    if (!order.is_write() || !std::exchange(is_first, false)) return Treatment{};
    return Treatment{.said = Said{code::timeout, 0}};
  };
  const auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_TRUE((*opened)->was_new());
}

TEST_F(CouchbaseOpening, WhatDoesNotPassIsToldInTheEnd) {
  cluster.connecting = Said{code::connection_refused, 0};
  EXPECT_EQ(refusal(),
            "cannot connect to Couchbase at a.example: nobody listens there (libcouchbase 1024)");
}

// It was asked again for as long as patience lasted, every 20 ms.
TEST_F(CouchbaseOpening, WhatTheLibraryDoesNotTakeIsToldAtOnce) {
  cluster.connecting = Said{code::invalid_argument, 0};
  EXPECT_NE(refusal().find("the library takes a setting for wrong"), std::string::npos);
  EXPECT_EQ(cluster.clients, 1U);
}

TEST_F(CouchbaseOpening, WhoMeetsOthersTriesAgain) {
  cluster.treat = [this](const Order& order) {
    if (!order.is_write() || ++writes > 3) return Treatment{};
    return Treatment{.is_applied = false, .said = Said{code::document_exists, status::exists}};
  };
  const auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_TRUE((*opened)->was_new());
}

TEST_F(CouchbaseOpening, AStoreOfANewerPosseIsLeftAlone) {
  cluster.documents["posse/!posse"] = Document{Version{1}, R"({"v":2})"};
  EXPECT_EQ(refusal(), "the document posse/!posse says that this store is of a newer Posse");
}

TEST_F(CouchbaseOpening, WithoutAnIndexItWarnsAndTheRestWorks) {
  cluster.treat = [](const Order& order) {
    if (order.call != Call::list) return Treatment{};
    return Treatment{.said = Said{code::planning_failure, 0}};
  };
  const auto opened = open();
  ASSERT_TRUE(opened);
  const auto warning = (*opened)->warning();
  ASSERT_TRUE(warning);
  EXPECT_NE(warning->find("CREATE PRIMARY INDEX ON `slots`.`shop`.`daily`"), std::string::npos);
  const auto added = testing::answer_of(io, (*opened)->add(Key("a"), "value"));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->answer, Write::done);
  const auto listed = testing::answer_of(io, (*opened)->scan("", "", 10));
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().code, Errc::unavailable);
}

// A query service that sends its answer a byte at a time held it up for as long as that took.
TEST_F(CouchbaseOpening, ItDoesNotWaitForAReplyThatNobodyWaitsFor) {
  answering = std::chrono::milliseconds(150);
  cluster.treat = [](const Order& order) { return Treatment{.is_held = order.call == Call::list}; };
  const auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_TRUE((*opened)->warning());
  EXPECT_EQ(cluster.replied, cluster.asked);
}

TEST_F(CouchbaseOpening, WhoCannotConnectIsToldWhy) {
  cluster.connecting = Said{code::bucket_not_found, 0};
  EXPECT_EQ(refusal(),
            "cannot connect to Couchbase at a.example: there is no such bucket (bucket slots; "
            "libcouchbase 210)");
}

// Rule 5: the library takes version 0 for "whatever is there".
TEST_F(CouchbaseOpening, NoVersionIsAskedForThatWouldReplaceEverything) {
  const auto opened = open();
  ASSERT_TRUE(opened);
  const auto added = testing::answer_of(io, (*opened)->add(Key("a"), "first"));
  ASSERT_TRUE(added);
  const auto swapped = testing::answer_of(io, (*opened)->cas(Key("a"), Version{}, "second"));
  ASSERT_TRUE(swapped);
  EXPECT_EQ(swapped->answer, Write::refused);
  EXPECT_EQ(cluster.documents.at("posse/a").value, "first");
}

}  // namespace
}  // namespace posse
