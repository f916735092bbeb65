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
