/// Tests of digests and of bytes as text.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/digest.h"

namespace posse {
namespace {

std::string hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

/// base64url as RFC 4648 tells it, one bit at a time.
std::string by_hand(const std::vector<std::uint8_t>& bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::vector<bool> bits;
  for (const std::uint8_t byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) bits.push_back(((byte >> bit) & 1) != 0);
  }
  while (bits.size() % 6 != 0) bits.push_back(false);
  std::string text;
  for (std::size_t at = 0; at < bits.size(); at += 6) {
    std::size_t letter = 0;
    for (std::size_t bit = 0; bit < 6; ++bit) letter = 2 * letter + (bits[at + bit] ? 1 : 0);
    text += alphabet[letter];
  }
  return text;
}

TEST(Digest, IsBlake2b) {  // the 256-bit form, as b2sum -l 256 prints it
  EXPECT_EQ(hex(digest("")), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(hex(digest("abc")), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST(Digest, TellsListsOfTextsApart) {
  EXPECT_NE(digest_of({"ab", "c"}), digest_of({"a", "bc"}));
  EXPECT_NE(digest_of({"abc"}), digest_of({"ab", "c"}));
  EXPECT_NE(digest_of({"", "a"}), digest_of({"a", ""}));
  EXPECT_NE(digest_of({}), digest_of({""}));
  EXPECT_NE(digest_of({"1:a"}), digest_of({"a"}));
  EXPECT_EQ(digest_of({"ab", "c"}), digest("2:ab1:c"));  // on disk for ever
}

TEST(Digest, LeadsWithItsFirstBytesHighestFirst) {
  Digest digest{};
  for (std::uint8_t i = 0; i < 9; ++i) digest.at(i) = static_cast<std::uint8_t>(i + 1);
  EXPECT_EQ(leading_bits(digest), 0x0102030405060708U);
}

TEST(BytesAsText, AreReadOnlyIfEveryCharacterIsTheirs) {
  std::vector<std::uint8_t> bytes(4);
  EXPECT_TRUE(from_text("-_-_AA", bytes));
  EXPECT_EQ(bytes, (std::vector<std::uint8_t>{0xfb, 0xff, 0xbf, 0x00}));
  for (const auto* text :
       {"", "-_-_A", "-_-_AAA", "-_-_AA==", "+/+/AA", "-_-_A ", "-_-_AB", "-_-_A\n", "-_-_AAAA",
        "-_-\xcb"
        "AA"}) {
    EXPECT_FALSE(from_text(text, bytes)) << text;
  }
}

TEST(BytesAsText, AreReadFromNoTextIfThereAreNone) {
  EXPECT_TRUE(from_text("", {}));
  EXPECT_TRUE(from_text(std::string_view(), {}));
  EXPECT_FALSE(from_text("AA", {}));
  EXPECT_EQ(to_text(std::vector<std::uint8_t>()), "");
}

RC_GTEST_PROP(BytesAsTextProperty, AreWrittenAsByHandAndReadBack,
              (const std::vector<std::uint8_t>& bytes)) {
  const std::string text = to_text(bytes);
  RC_ASSERT(text == by_hand(bytes));
  std::vector<std::uint8_t> read(bytes.size());
  RC_ASSERT(from_text(text, read));
  RC_ASSERT(read == bytes);
}

RC_GTEST_PROP(BytesAsTextProperty, HaveOneTextOnly,
              (const std::array<std::uint8_t, 16>& bytes, std::uint8_t at)) {
  std::string text = to_text(bytes);
  for (int letter = 0; letter < 256; ++letter) {
    text[at % text.size()] = static_cast<char>(letter);
    std::vector<std::uint8_t> read(bytes.size());
    if (from_text(text, read)) RC_ASSERT(to_text(read) == text);
  }
}

}  // namespace
}  // namespace posse
