/// Filling a disk, and what must hold then: the steps of the tests of a full disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "integration/lmdb/opened.h"
#include "integration/lmdb/pattern.h"

namespace posse::testing {

inline constexpr std::size_t piece_bytes = 100'000;

/// Adds pieces until one fails; how many were done.
inline int fill(Opened& opened, std::string& failure) {
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "piece/" + std::to_string(i);
    const auto written = opened.add(key, pattern(key, piece_bytes));
    if (words(written) == "done") continue;
    failure = words(written);
    return i;
  }
  return 1000;
}

/// Fills the disk, makes room, and expects that nothing but the refused writes is missing.
template <class MakeRoom>
void fill_and_go_on(Opened& opened, MakeRoom make_room) {
  ASSERT_EQ(words(opened.add("first", "value")), "done");
  std::string failure;
  const int done = fill(opened, failure);
  ASSERT_GT(done, 0);
  ASSERT_LT(done, 1000);
  EXPECT_TRUE(contains(failure, "the store is full")) << failure;

  const std::string refused = "piece/" + std::to_string(done);
  EXPECT_EQ(opened.text("first"), "value");
  EXPECT_EQ(opened.text("piece/0"), pattern("piece/0", piece_bytes));
  EXPECT_EQ(opened.text(refused), "<nothing>");
  const auto again = opened.add(refused, pattern(refused, piece_bytes));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::unavailable);

  make_room();
  EXPECT_EQ(words(opened.add(refused, "now")), "done");
  EXPECT_EQ(opened.text(refused), "now");
  EXPECT_EQ(opened.text("piece/0"), pattern("piece/0", piece_bytes));
}

}  // namespace posse::testing
