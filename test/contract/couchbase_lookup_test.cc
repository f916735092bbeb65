/// Names of nodes become addresses.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "stores/couchbase/lookup.h"

namespace posse::couchbase {
namespace {

using Nodes = std::vector<std::string>;

/// The system says what this is without asking anybody.
const std::string here = "localhost";

/// No name has so long a part: nobody is asked about it.
const std::string nowhere(80, 'x');

class CouchbaseLookup : public ::testing::Test {
 protected:
  void start(Lookup& lookup, Nodes nodes) {
    lookup.start(std::move(nodes), [this](Nodes found) { told_.push_back(std::move(found)); });
  }

  boost::asio::io_context io_{1};
  std::vector<Nodes> told_;
};

TEST_F(CouchbaseLookup, AddressesStayAsTheyAreAndNamesBecomeOnes) {
  Lookup lookup(io_.get_executor());
  start(lookup, {"10.0.0.1", here + ":11210", "[fe80::1]:11207", "10.0.0.2:1"});
  EXPECT_TRUE(told_.empty());
  io_.run();
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_.front().front(), "10.0.0.1");
  EXPECT_EQ(told_.front().back(), "10.0.0.2:1");
  EXPECT_NE(std::ranges::find(told_.front(), "127.0.0.1:11210"), told_.front().end());
  EXPECT_NE(std::ranges::find(told_.front(), "[fe80::1]:11207"), told_.front().end());
  EXPECT_EQ(std::ranges::find(told_.front(), "[::1]:11210"), told_.front().end());
  for (const std::string& node : told_.front()) EXPECT_TRUE(is_address(node)) << node;
}

TEST_F(CouchbaseLookup, WhatIsNoNameIsLeftOut) {
  Lookup lookup(io_.get_executor());
  start(lookup, {nowhere, here});
  io_.run();
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_NE(std::ranges::find(told_.front(), "127.0.0.1"), told_.front().end());
  start(lookup, {nowhere});
  io_.restart();
  io_.run();
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_TRUE(told_.back().empty());
}

TEST_F(CouchbaseLookup, AmongAddressesNobodyIsAsked) {
  Lookup lookup(io_.get_executor());
  start(lookup, {"10.0.0.1"});
  EXPECT_EQ(told_, (std::vector<Nodes>{{"10.0.0.1"}}));
}

TEST_F(CouchbaseLookup, NobodyIsToldWhatWasGivenUp) {
  std::optional<Lookup> lookup(io_.get_executor());
  start(*lookup, {here});
  start(*lookup, {here, "10.0.0.1"});
  io_.run();
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_.front().back(), "10.0.0.1");
  start(*lookup, {here});
  lookup.reset();
  io_.restart();
  io_.run();
  EXPECT_EQ(told_.size(), 1U);
}

TEST(CouchbaseAddress, IsInDigitsOrInBrackets) {
  for (const char* const node : {"10.0.0.1", "10.0.0.1:11210", "[::1]", "[fe80::1]:11210"}) {
    EXPECT_TRUE(is_address(node)) << node;
  }
  for (const char* const node : {"cluster.example", "10.example", "localhost:11210"}) {
    EXPECT_FALSE(is_address(node)) << node;
  }
}

}  // namespace
}  // namespace posse::couchbase
