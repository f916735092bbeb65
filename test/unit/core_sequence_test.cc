/// Tests of the keys of sequences and participants.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/sequence.h"
#include "posse/store.h"

namespace posse {
namespace {

TEST(Sequence, HasTheKeysThatAreOnDiskForEver) {  // S9: the receipt's key follows from the entry
  const Sequence sequence{"campaign/a"};
  EXPECT_EQ(sequence.head().text(), "campaign/a");
  EXPECT_EQ(sequence.entry(EntryNumber{7}).text(), "campaign/a/entry/000000000007");
  EXPECT_EQ(sequence.receipt(EntryNumber{7}).text(), "campaign/a/receipt/000000000007");
  EXPECT_EQ(generic_journal(15).name(), "journal/15");
  EXPECT_EQ(settled_page_key(Key{"account/ann"}, 0).text(), "account/ann/settled/000000000000");
}

TEST(Sequence, HasRoomForItsKeysInEveryStore) {
  const Sequence longest{std::string(sequence_name_max, 'a')};
  EXPECT_LE(longest.receipt(EntryNumber{UINT64_MAX}).text().size(), key_bytes_max);
}

TEST(KeyNumber, NeverLosesADigit) {
  EXPECT_EQ(key_number(0), "000000000000");
  EXPECT_EQ(key_number(999'999'999'999), "999999999999");
  EXPECT_EQ(key_number(1'000'000'000'000), "1000000000000");
  EXPECT_EQ(key_number(UINT64_MAX), "18446744073709551615");
}

RC_GTEST_PROP(KeyNumberProperty, SortsAsTheNumberDoes, ()) {
  const auto below = std::uint64_t{1'000'000'000'000};
  const auto a = *rc::gen::inRange<std::uint64_t>(0, below);
  const auto b = *rc::gen::inRange<std::uint64_t>(0, below);
  const Sequence sequence{"campaign/a"};
  RC_ASSERT((key_number(a) <=> key_number(b)) == (a <=> b));
  RC_ASSERT((sequence.entry(EntryNumber{a}) <=> sequence.entry(EntryNumber{b})) == (a <=> b));
}

}  // namespace
}  // namespace posse
