/// The documents that are newer than the file, or the same: found, listed, frozen, forgotten.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "stores/lmdb/memtable.h"

namespace posse::lmdb {
namespace {

void put(Memtable& table, const std::string& key, std::uint64_t version) {
  std::vector<Memtable::Write> writes;
  writes.push_back({Key(key), {Version{version}, key + "@" + std::to_string(version)}});
  table.publish(writes);
}

/// Version 0: nothing there.
std::uint64_t version(const Memtable& table, const std::string& key) {
  return static_cast<std::uint64_t>(table.version_of(table.hashed(key)).value_or(Version{}));
}

/// What a scan would find there, as `key@version`.
std::vector<std::string> listed(const Memtable& table, const Memtable::Range& range) {
  std::vector<std::string> values;
  for (const Listed& listed : table.list(range, [] {})) values.push_back(listed.document.value);
  return values;
}

std::vector<std::string> all(const Memtable& table) {
  return listed(table, {.first = "", .prefix = "", .items_max = 1'000});
}

TEST(LmdbMemtable, ShowsTheNewestOfBothGenerations) {
  Memtable table;
  put(table, "a", 1);
  put(table, "b", 2);
  (void)table.freeze();
  put(table, "b", 3);
  put(table, "c", 4);
  EXPECT_EQ(version(table, "a"), 1U);
  EXPECT_EQ(version(table, "b"), 3U);
  EXPECT_EQ(table.find("c")->value, "c@4");
  EXPECT_FALSE(table.find("d"));
  EXPECT_EQ(all(table), (std::vector<std::string>{"a@1", "b@3", "c@4"}));
}

TEST(LmdbMemtable, ListsWhatHasComeSinceTheLastList) {
  Memtable table;
  put(table, "b", 1);
  EXPECT_EQ(all(table), (std::vector<std::string>{"b@1"}));
  put(table, "c", 2);
  put(table, "a", 3);
  put(table, "b", 4);
  EXPECT_EQ(all(table), (std::vector<std::string>{"a@3", "b@4", "c@2"}));
}

TEST(LmdbMemtable, ListsAPageOfAPrefix) {
  Memtable table;
  for (const char* key : {"x/3", "w/1", "x/1", "y/1", "x/2"}) put(table, key, 1);
  EXPECT_EQ(listed(table, {.first = "x/", .prefix = "x/", .items_max = 2}),
            (std::vector<std::string>{"x/1@1", "x/2@1"}));
  EXPECT_EQ(listed(table, {.first = "x/2", .prefix = "x/", .items_max = 9}),
            (std::vector<std::string>{"x/2@1", "x/3@1"}));
}

// Reading there is cheaper than in the file, as long as nobody else writes to it.
TEST(LmdbMemtable, KeepsWhatStandsInTheFileUntilTheNextFreeze) {
  Memtable table;
  put(table, "a", 1);
  (void)table.freeze();
  EXPECT_TRUE(table.has_frozen());
  EXPECT_EQ(table.documents(), 1U);
  table.settle();
  EXPECT_FALSE(table.has_frozen());
  EXPECT_EQ(table.documents(), 0U);
  EXPECT_EQ(version(table, "a"), 1U);
  put(table, "b", 2);
  EXPECT_EQ(table.freeze()->size(), 1U);
  EXPECT_EQ(version(table, "a"), 0U);
  EXPECT_EQ(version(table, "b"), 2U);
}

// Another process may write to the file: an old version here would be taken for the newest.
TEST(LmdbMemtable, ForgetsAllWhenOthersMayWriteToTheFile) {
  Memtable table;
  put(table, "a", 1);
  (void)table.freeze();
  table.settle();
  table.forget();
  EXPECT_EQ(version(table, "a"), 0U);
  EXPECT_TRUE(all(table).empty());
}

using Twin = std::map<std::string, std::uint64_t>;

/// Freezes, and takes out of `twin` what is nowhere any more.
void freeze(Memtable& table, Twin& twin) {
  const auto gone = table.freeze();
  for (const auto* write : gone->all()) {
    const auto place = twin.find(write->key.text());
    // A key that has come again is still there.
    if (place->second == static_cast<std::uint64_t>(write->document.version)) twin.erase(place);
  }
  table.settle();
}

RC_GTEST_PROP(LmdbMemtableProperty, IsAMapThatForgetsAtASecondFreeze, (const std::string& steps)) {
  Memtable table;
  Twin twin;
  std::uint64_t versions = 0;
  for (const char step : steps) {
    if (step % 7 == 0) freeze(table, twin);
    if (step % 11 == 0) RC_ASSERT(all(table).size() == twin.size());
    const std::string key(1, static_cast<char>('a' + static_cast<unsigned char>(step) % 13U));
    put(table, key, ++versions);
    twin[key] = versions;
  }
  std::vector<std::string> values;
  for (const auto& [key, number] : twin) values.push_back(key + "@" + std::to_string(number));
  RC_ASSERT(all(table) == values);
  for (const auto& [key, number] : twin) RC_ASSERT(version(table, key) == number);
}

}  // namespace
}  // namespace posse::lmdb
