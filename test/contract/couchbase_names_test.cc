/// Ids of documents: readable, in order, and long enough for every key.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "stores/couchbase/names.h"

namespace posse::couchbase {
namespace {

using namespace std::string_literals;

/// What Couchbase allows in a collection.
constexpr std::size_t id_bytes_max = 246;
constexpr std::size_t key_bytes_max = 250;

/// Keys of a few bytes that are next to each other, short and long.
std::vector<std::string> some_keys() {
  const std::string bytes = "\0 !\"#%/0Az|}~\x7f\x80\xff"s;
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same run every time.
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) {
    const bool is_long = i % 3 == 0;
    std::string key(is_long ? 150 + random() % 101 : 1 + random() % 5, 'k');
    const std::size_t free = is_long ? 40 : key.size();
    for (std::size_t at = key.size() - std::min(free, key.size()); at < key.size(); ++at) {
      key[at] = bytes[random() % bytes.size()];
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

TEST(CouchbaseNames, AKeyOfOursIsItsOwnId) {
  const Names names("posse");
  EXPECT_EQ(names.id(Key("account/anna/settled/3")), "posse/account/anna/settled/3");
  EXPECT_EQ(names.id(Key("a b~\xff"s)), "posse/a!20b~7E~FF");
}

TEST(CouchbaseNames, NoIdIsTooLongOrUnprintableOrThatOfTwoKeys) {
  const Names names(std::string(40, 'p'));
  std::set<std::string> ids;
  std::set<std::string> keys;
  for (const std::string& key : some_keys()) {
    const std::string id = names.id(Key(key));
    EXPECT_LE(id.size(), id_bytes_max);
    for (const char c : id) EXPECT_TRUE(c > ' ' && c < '\x7f') << id;
    ids.insert(id);
    keys.insert(key);
  }
  EXPECT_EQ(ids.size(), keys.size());
  EXPECT_LE(names.id(Key(std::string(key_bytes_max, '\xff'))).size(), id_bytes_max);
  EXPECT_FALSE(ids.contains(names.mark()));
}

TEST(CouchbaseNames, AnIdAndItsDocumentTellTheKey) {
  const Names names("p");
  for (const std::string& key : some_keys()) {
    Bytes kept = Names::kept(Key(key), "value");
    Bytes again = kept;
    const auto found = names.key(names.id(Key(key)), kept);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->text(), key);
    EXPECT_EQ(kept, "value");
    EXPECT_TRUE(Names::take_off(Key(key), again));
    EXPECT_EQ(again, "value");
  }
}

TEST(CouchbaseNames, WhatIsNotOursHasNoKey) {
  const Names names("p");
  Bytes value = "value";
  for (const std::string id : {"q/a", "p", "p/", "p/a!", "p/a!2", "p/a!2g", "p/!posse", "p/a~"}) {
    EXPECT_FALSE(names.key(id, value)) << id;
  }
  const std::string long_id = names.id(Key(std::string(key_bytes_max, 'k')));
  for (Bytes wrong : {""s, "\x05short"s, std::string(300, '\xfa')}) {
    EXPECT_FALSE(names.key(long_id, wrong));
  }
  Bytes strange = "no key before it";
  EXPECT_FALSE(Names::take_off(Key(std::string(key_bytes_max, 'k')), strange));
}

// Else a scan would leave some out.
TEST(CouchbaseNames, IdsOfDifferentHeadsAreInTheOrderOfTheirKeys) {
  const Names names("p");
  std::vector<std::string> keys = some_keys();
  std::ranges::sort(keys);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const std::string before = names.id(Key(keys[i - 1]));
    const std::string after = names.id(Key(keys[i]));
    EXPECT_LE(names.head(before), names.head(after));
    EXPECT_LE(names.first(keys[i]), after);
    EXPECT_LE(names.first(keys[i - 1]), after);
    if (names.head(before) != names.head(after)) {
      EXPECT_LT(before, after);
    }
  }
}

TEST(CouchbaseNames, AllThatBeginAlikeComeBeforeTheEnd) {
  const Names names("p");
  for (const std::string& key : some_keys()) {
    const std::string id = names.id(Key(key));
    for (const std::size_t size : {0UL, 1UL, 2UL, 170UL}) {
      const std::string prefix = key.substr(0, size);
      EXPECT_LE(names.first(prefix), id);
      EXPECT_LT(id, names.end(prefix));
    }
  }
}

}  // namespace
}  // namespace posse::couchbase
