/// Settlements kept as text.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "journal/settlements.h"
#include "sim/random.h"

namespace posse {
namespace {

class SettlementsTest : public testing::Test {
 protected:
  RequestKey request(int n) { return request_key("account/ann", std::to_string(n), at(n)); }
  static Time at(int n) { return Time{std::chrono::milliseconds{n}}; }

  Settled settled(int n, std::string sequence = "campaign/daily") {
    return {.intent = Intent::attempt(request(n), random),
            .sequence = Sequence{std::move(sequence)},
            .entry = EntryNumber{static_cast<std::uint64_t>(n) + 1},
            .issued = at(n)};
  }

  void add(int from, int to) {
    for (int n = from; n < to; ++n) {
      rows.push_back(settled(n));
      settlements.push_back(rows.back());
    }
  }

  void expect_rows(const Settlements& found, std::size_t from, std::size_t to) {
    ASSERT_EQ(found.size(), to - from);
    for (std::size_t n = from; n < to; ++n) {
      const Settled one = found.at(n - from);
      EXPECT_EQ(one.intent, rows[n].intent);
      EXPECT_EQ(one.sequence, rows[n].sequence);
      EXPECT_EQ(one.entry, rows[n].entry);
      EXPECT_EQ(one.issued, rows[n].issued);
    }
  }

  SeededRandom random{1};
  std::vector<Settled> rows;
  Settlements settlements;
};

TEST_F(SettlementsTest, KeepWhatIsAdded) {  // I5
  EXPECT_TRUE(settlements.empty());
  add(0, 40);
  expect_rows(settlements, 0, 40);
  EXPECT_EQ(settlements.all().size(), 40U);
}

TEST_F(SettlementsTest, FindAnIntentAndNoOther) {  // I5
  add(0, 40);
  for (const Settled& row : rows) {
    const auto found = settlements.find(row.intent);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->entry, row.entry);
  }
  EXPECT_FALSE(settlements.find(Intent::attempt(request(3), random)));  // another attempt
  EXPECT_FALSE(Settlements().find(rows[0].intent));
}

TEST_F(SettlementsTest, FindARequestByAnyOfItsAttempts) {
  add(0, 40);
  for (int n = 0; n < 40; ++n) {
    const auto found = settlements.find_of(request(n));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->entry, EntryNumber{static_cast<std::uint64_t>(n) + 1});
  }
  EXPECT_FALSE(settlements.find_of(request(40)));
}

/// The last letter of a request has bits of the attempt.
TEST_F(SettlementsTest, TellRequestsApartByTheirLastBits) {
  RequestKey one = request(1);
  RequestKey other = one;
  for (std::uint8_t bit = 1; bit != 0; bit = static_cast<std::uint8_t>(bit << 1U)) {
    other.bytes.back() = static_cast<std::uint8_t>(one.bytes.back() ^ bit);
    Settlements all;
    Settled settled = this->settled(1);
    settled.intent = Intent::attempt(other, random);
    all.push_back(settled);
    EXPECT_FALSE(all.find_of(one));
    EXPECT_TRUE(all.find_of(other));
  }
}

TEST_F(SettlementsTest, LetTheOldestGo) {
  add(0, 32);
  const Settlements oldest = settlements.take_oldest(16);
  expect_rows(oldest, 0, 16);
  expect_rows(settlements, 16, 32);
  EXPECT_FALSE(settlements.find(rows[0].intent));
  EXPECT_TRUE(settlements.find(rows[16].intent));
  add(32, 33);
  expect_rows(settlements, 16, 33);
  EXPECT_TRUE(settlements.take_oldest(0).empty());
  (void)settlements.take_oldest(17);
  EXPECT_TRUE(settlements.empty());
  EXPECT_EQ(settlements.text(), "");
}

TEST_F(SettlementsTest, KeepSequencesOfAnyName) {
  rows = {settled(1, "a\"b\\\n"), settled(2, "\xC3\xBC,[\"]"), settled(3, "")};
  for (const Settled& row : rows) settlements.push_back(row);
  expect_rows(settlements, 0, 3);
  EXPECT_TRUE(settlements.find(rows[2].intent));
}

TEST_F(SettlementsTest, AreReadAsTheyAreWritten) {
  add(0, 5);
  const std::string list = settlements.text() + "]";
  JsonScanner in(list);
  expect_rows(Settlements::scan(in, 5), 0, 5);
  EXPECT_TRUE(in.is_good());
  EXPECT_EQ(in.rest(), "]");
}

TEST_F(SettlementsTest, AreNotReadIfThereAreTooManyOrOneIsNone) {
  add(0, 5);
  JsonScanner many(settlements.text());
  EXPECT_TRUE(Settlements::scan(many, 4).empty());
  EXPECT_FALSE(many.is_good());
  for (const auto* row :
       {"[]", R"(["AAAAAAAAAAAAAAAAAAAAAA","a",0,1])", R"(["AAAAAAAAAAAAAAAAAAAAAB","a",1,1])",
        R"(["AAAAAAAAAAAAAAAAAAAAAA",1,1])", R"(["","a",1,1])"}) {
    const std::string rows_and_one = settlements.text() + "," + row;
    JsonScanner in(rows_and_one);
    EXPECT_TRUE(Settlements::scan(in, 32).empty());
    EXPECT_FALSE(in.is_good()) << row;
  }
}

}  // namespace
}  // namespace posse
