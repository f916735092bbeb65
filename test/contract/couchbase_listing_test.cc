/// Lists whose keys are too long for their ids, and what stands beside ours.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "contract/fake_couchbase.h"
#include "posse/testing/store_contract.h"
#include "stores/couchbase/couchbase_store.h"
#include "stores/couchbase/listing.h"

namespace posse::couchbase {
namespace {

using testing::FakeCouchbase;
using testing::Treatment;
using Keys = std::vector<std::string>;

/// Holds `kept` until it ends, or is dropped.
Task<void> list(CouchbaseStore& store, std::shared_ptr<int> kept) {
  (void)kept;
  const auto listed = co_await store.scan("", "", 10);
  EXPECT_TRUE(listed);
}

class CouchbaseListing : public ::testing::Test {
 protected:
  CouchbaseListing() {
    CouchbaseOptions options;
    options.executor = io.get_executor();
    options.place.bucket = "slots";
    options.make = cluster.maker();
    auto opened = CouchbaseStore::open(std::move(options));
    if (opened) store = *std::move(opened);
  }

  Keys page(const std::string& prefix, const std::string& after, std::size_t items_max) {
    const auto listed = testing::answer_of(io, store->scan(prefix, after, items_max));
    EXPECT_TRUE(listed);
    Keys keys;
    if (!listed) return keys;
    for (const Listed& one : *listed) {
      keys.push_back(one.key.text());
      EXPECT_EQ(one.document.value, "value of " + one.key.text());
    }
    return keys;
  }

  void fill(const Keys& keys) {
    for (const std::string& key : keys) {
      ASSERT_TRUE(testing::answer_of(io, store->add(Key(key), "value of " + key)));
    }
  }

  FakeCouchbase cluster;
  boost::asio::io_context io{1};
  std::unique_ptr<CouchbaseStore> store;
};

// Their ids are a common head and a digest, in no order.
TEST_F(CouchbaseListing, LongKeysComeInTheirOrderOnPagesOfAnySize) {
  Keys all{"a", "z"};
  for (int i = 10; i < 60; ++i) all.push_back(std::string(200, 'k') + std::to_string(i));
  fill(all);
  std::ranges::sort(all);
  for (const std::size_t items_max : {1UL, 7UL, 50UL, 100UL}) {
    Keys found;
    for (std::string after;;) {
      const Keys next = page("", after, items_max);
      found.insert(found.end(), next.begin(), next.end());
      if (next.size() < items_max) break;
      after = next.back();
    }
    EXPECT_EQ(found, all) << items_max;
  }
  EXPECT_EQ(page(std::string(200, 'k') + "3", "", 100).size(), 10U);
}

// One more than that was none, and a page of none is never the last.
TEST_F(CouchbaseListing, APageMayBeAsLargeAsCanBeSaid) {
  fill({"a", "b"});
  EXPECT_EQ(page("", "", std::numeric_limits<std::size_t>::max()), (Keys{"a", "b"}));
}

TEST_F(CouchbaseListing, OtherDocumentsAreNotOurs) {
  fill({"a", "b"});
  cluster.documents["posse/!posse2"] = Document{Version{1}, "?"};
  cluster.documents["posse/a!zz"] = Document{Version{1}, "?"};
  cluster.documents["posse2/a"] = Document{Version{1}, "?"};
  cluster.documents["other"] = Document{Version{1}, "?"};
  EXPECT_EQ(page("", "", 10), (Keys{"a", "b"}));
  EXPECT_EQ(page("", "", 2), (Keys{"a", "b"}));
  EXPECT_EQ(page("", "a", 1), (Keys{"b"}));
}

// The index may still have an id whose document has gone.
TEST_F(CouchbaseListing, DocumentsThatHaveGoneAreLeftOutAndThePageIsFilled) {
  fill({"a", "b", "c", "d"});
  cluster.treat = [](const Order& order) {
    testing::Treatment treatment;
    const bool has_gone = order.id == "posse/a" || order.id == "posse/b";
    if (has_gone) treatment.said = Said{301, 1};
    return treatment;
  };
  EXPECT_EQ(page("", "", 2), (Keys{"c", "d"}));
}

TEST_F(CouchbaseListing, AStatementNamesTheCollection) {
  CouchbasePlace place;
  place.bucket = "slots";
  EXPECT_EQ(ids_statement(place, ">="),
            "SELECT RAW META(d).id FROM `slots` AS d WHERE META(d).id >= $1 AND META(d).id < $2 "
            "ORDER BY META(d).id LIMIT $3");
  place.scope = "shop";
  place.collection = "daily";
  EXPECT_NE(ids_statement(place, ">").find("FROM `slots`.`shop`.`daily` AS d WHERE META(d).id > "),
            std::string::npos);
}

// The documents' calls were dropped, and with them whoever could have told the list: it waited
// for ever, and was never freed.
TEST_F(CouchbaseListing, AListUnwindsWhenItsStoreIsDestroyed) {
  fill({"a", "b"});
  cluster.treat = [](const Order& order) { return Treatment{.is_held = order.call == Call::get}; };
  const auto kept = std::make_shared<int>();
  boost::asio::co_spawn(io, list(*store, kept), boost::asio::detached);
  io.restart();
  io.poll();
  ASSERT_EQ(kept.use_count(), 2);
  store.reset();
  io.restart();
  io.poll();
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace posse::couchbase
