/// The tests of ScanContract.
// SPDX-License-Identifier: Apache-2.0
#include "posse/testing/scan_contract.h"

#include <optional>
#include <utility>

namespace posse::testing {
namespace {

using namespace std::string_literals;
using Keys = std::vector<std::string>;

}  // namespace

std::string ScanContract::name(const ::testing::TestParamInfo<Driver>& info) {
  return info.param.name;
}

void ScanContract::SetUp() {
  opened_ = GetParam().open(io_);
  ASSERT_NE(opened_->scan(), nullptr);
}

void ScanContract::fill(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const auto added = answer_of(io_, store().add(Key(key), key));
    ASSERT_TRUE(added && added->answer == Write::done) << key;
  }
}

std::vector<Listed> ScanContract::page(const std::string& prefix, const std::string& after,
                                       std::size_t items_max) {
  auto listed = answer_of(io_, opened_->scan()->scan(prefix, after, items_max));
  EXPECT_TRUE(listed);
  return listed ? *std::move(listed) : std::vector<Listed>();
}

std::vector<std::string> ScanContract::keys(const std::string& prefix, const std::string& after,
                                            std::size_t items_max) {
  Keys found;
  for (const Listed& listed : page(prefix, after, items_max)) found.push_back(listed.key.text());
  return found;
}

TEST_P(ScanContract, AnEmptyStoreListsNothing) {
  EXPECT_EQ(keys("", "", 10), Keys());
  EXPECT_EQ(keys("a", "", 10), Keys());
}

TEST_P(ScanContract, KeysComeInByteOrder) {
  fill({"b", "a", "\xff"s, "ab", "a\0"s, "B", "aa"});
  EXPECT_EQ(keys("", "", 10), (Keys{"B", "a", "a\0"s, "aa", "ab", "b", "\xff"s}));
}

TEST_P(ScanContract, APrefixListsItsKeysAlone) {
  fill({"a", "a/", "a/1", "a/2", "a0", "b/1"});
  EXPECT_EQ(keys("a/", "", 10), (Keys{"a/", "a/1", "a/2"}));
  EXPECT_EQ(keys("a/1", "", 10), (Keys{"a/1"}));
  EXPECT_EQ(keys("c", "", 10), Keys());
  EXPECT_EQ(keys(std::string(key_bytes_max + 300, 'a'), "", 10), Keys());
}

TEST_P(ScanContract, AfterIsExclusiveAndNeedNotExist) {
  fill({"a/1", "a/3", "a/5", "b"});
  EXPECT_EQ(keys("a/", "a/1", 10), (Keys{"a/3", "a/5"}));
  EXPECT_EQ(keys("a/", "a/2", 10), (Keys{"a/3", "a/5"}));
  EXPECT_EQ(keys("a/", "a/5", 10), Keys());
  EXPECT_EQ(keys("", "a/5", 10), (Keys{"b"}));
}

TEST_P(ScanContract, AfterMayLieOutsideThePrefix) {
  fill({"a", "m/1", "m/2", "z"});
  EXPECT_EQ(keys("m/", "a", 10), (Keys{"m/1", "m/2"}));
  EXPECT_EQ(keys("m/", "z", 10), Keys());
}

TEST_P(ScanContract, AfterMayBeLongerThanAnyKey) {
  const std::string longest(key_bytes_max, 'k');
  fill({longest, "l"});
  EXPECT_EQ(keys("", longest + "0", 10), (Keys{"l"}));
  EXPECT_EQ(keys("", std::string(key_bytes_max - 1, 'k') + "j" + std::string(400, 'z'), 10),
            (Keys{longest, "l"}));
}

TEST_P(ScanContract, PagesJoinWithoutGapsOrRepeats) {
  Keys all;
  for (int i = 100; i < 150; ++i) all.push_back("item/" + std::to_string(i));
  fill(all);
  fill({"item", "item0"});
  Keys found;
  std::string after;
  for (;;) {
    const Keys next = keys("item/", after, 7);
    found.insert(found.end(), next.begin(), next.end());
    if (next.size() < 7) break;
    after = next.back();
  }
  EXPECT_EQ(found, all);
}

TEST_P(ScanContract, ItemsComeWithTheirDocuments) {
  const Bytes large(100'000, 'x');
  const auto added = answer_of(io(), store().add(Key("large"), large));
  ASSERT_TRUE(added);
  fill({"small"});
  const auto listed = page("", "", 10);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].document.value, large);
  EXPECT_EQ(listed[0].document.version, added->version);
  EXPECT_EQ(listed[1].document.value, "small");
}

TEST_P(ScanContract, AWriteThatIsDoneIsListed) {
  fill({"a"});
  EXPECT_EQ(keys("", "", 1), (Keys{"a"}));
  fill({"b"});
  EXPECT_EQ(keys("", "", 5), (Keys{"a", "b"}));
}

// A driver that cannot list does not instantiate this.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ScanContract);

TEST_P(ScanContract, ACancelledScanLeavesNothingOut) {
  fill({"a", "b"});
  const auto cancelled = answer_when_cancelled(io(), scan().scan("", "", 10));
  if (cancelled)
    EXPECT_EQ(cancelled->size(), 2U);
  else
    EXPECT_EQ(cancelled.error().code, Errc::unavailable);
}

}  // namespace posse::testing
