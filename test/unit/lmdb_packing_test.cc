/// Packed values come back, and nothing else does.
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/digest.h"
#include "posse/store.h"
#include "stores/lmdb/dictionary.h"
#include "stores/lmdb/packing.h"

namespace posse::lmdb {
namespace {

std::string packed(std::string_view value) {
  Packer packer;
  return std::string(packer.pack(value));
}

std::optional<Bytes> unpacked(std::string_view bytes) {
  Unpacker unpacker;
  return unpacker.unpack(bytes);
}

constexpr std::string_view account =
    R"({"v":1,"data":{"role":"person","balance":73050,"campaigns":{},"created_at":1795531036350,)"
    R"("password":""},"holds":[],"settled":[["axbAi4kM5LvEBfKqm3NzVA","journal/13",3,0],)"
    R"(["w9tiyEzdKJvohFm007Hswg","campaign/concert",245,1795532043281]],"pages":0,)"
    R"("spilled_until":0})";

TEST(LmdbPacking, ComesBackWhateverItsSize) {
  Packer packer;
  Unpacker unpacker;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4096}, value_bytes_max, std::size_t{2}}) {
    const std::string value(size, 'x');
    EXPECT_EQ(unpacker.unpack(packer.pack(value)), value) << size;
  }
}

TEST(LmdbPacking, MakesAnAccountLessThanHalfAsLong) {
  EXPECT_LT(packed(account).size(), account.size() / 2);
  EXPECT_EQ(unpacked(packed(account)), account);
}

TEST(LmdbPacking, RefusesWhatIsNoPackedValue) {
  EXPECT_FALSE(unpacked(""));
  EXPECT_FALSE(unpacked(account));
  EXPECT_FALSE(unpacked(packed(account).substr(0, packed(account).size() - 1)));
  EXPECT_FALSE(unpacked(packed(account) + packed("more")));
  EXPECT_FALSE(unpacked(packed(std::string(value_bytes_max + 1, 'x'))));
}

/// The bytes of `digits`, two for each.
std::string bytes_of(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// Earlier versions packed at level 1, which codes literals by Huffman.
TEST(LmdbPacking, ReadsWhatWasPackedAtAnotherLevel) {
  const std::string value =
      R"({"v":1,"data":{"role":"person","balance":999999880,"campaigns":{},"created_at":)"
      R"(1796014827639,"password":""},"holds":[],"settled":[["Ziiibi6vAfTkfcCWxQaOxA",)"
      R"("journal/10",151,0],["J30QsxwCC_kVpQOpH6VE_g","campaign/bench-1",1365,1796014829317],)"
      R"(["t5Qz9_ByQhA3NArwtEplUA","campaign/bench-1",2157,1796014830084],)"
      R"(["BYRhL4Af2uQhD0T7COHx4w","campaign/bench-1",2562,1796014830474]],"pages":0,)"
      R"("spilled_until":0})";
  const std::string earlier = bytes_of(
      "28b52ffd6490004d0500e288201f30ad3c03feda59f4ec5f3b9b56b3512e6a65a260b46d5b5bb124"
      "8682820a0491c6376516b7f35c0a792063c9ab6c1ce4028289d51d52f9cf1a1c578365104b803663"
      "0a232d152cb1a6700bfa707172c277ed01997a3426a989a6733df88a2ce9de6c47b043817cd7fced"
      "7e18781f2e5559506527534f5aebc402277d35becf5a030e0093ab0d600c401b081a0a2211dfb198"
      "420587b509e602183d5374002c084644315a41ef223de5");
  EXPECT_NE(packed(value), earlier);
  EXPECT_EQ(unpacked(earlier), value);
}

// What is in files was packed with this text: another one needs a new format of the file.
TEST(LmdbPacking, KeepsItsDictionary) {
  EXPECT_EQ(to_text(digest(document_dictionary)), "4IpzJpuHHn1MG2oSex_jH4Xi_YPZ7MoDcSJpFuM707E");
}

RC_GTEST_PROP(LmdbPackingProperty, ComesBack, (const std::string& value)) {
  RC_ASSERT(unpacked(packed(value)) == value);
}

RC_GTEST_PROP(LmdbPackingProperty, DamageIsNoticed, (const std::string& noise)) {
  const std::string value = std::string(account) + noise;
  std::string damaged = packed(value);
  const auto place = *rc::gen::inRange<std::size_t>(0, damaged.size());
  damaged.at(place) = *rc::gen::arbitrary<char>();
  const auto read = unpacked(damaged);
  // Parentheses: RapidCheck looks at both sides of a bare ||, whatever the first one says.
  RC_ASSERT((!read || *read == value));
}

RC_GTEST_PROP(LmdbPackingProperty, NoiseIsNeverBeyondBounds, (const std::string& noise)) {
  const auto value = unpacked(noise);
  RC_ASSERT((!value || value->size() <= value_bytes_max));
}

}  // namespace
}  // namespace posse::lmdb
