/// The tests of StoreContract.
// SPDX-License-Identifier: Apache-2.0
#include "posse/testing/store_contract.h"

#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace posse::testing {
namespace {

using namespace std::string_literals;

/// All 256 bytes, zero among them.
Bytes every_byte() {
  Bytes bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  return bytes;
}

/// Counts the key up once, however often it loses against others.
Task<void> increment(Store* store, std::string key) {
  for (;;) {
    const auto read = co_await store->get(Key(key));
    if (!read || !*read) co_return;
    const int count = std::stoi((*read)->value);
    auto next = std::to_string(count + 1);
    const auto written = co_await store->cas(Key(key), (*read)->version, std::move(next));
    if (!written || written->answer == Write::done) co_return;
  }
}

Task<void> increment_often(Store* store, std::string key, int times) {
  for (int i = 0; i < times; ++i) co_await increment(store, key);
}

/// Who won the race for a key, and how many lost it.
struct Race {
  std::vector<std::string> winners;
  int refused = 0;
};

Task<void> run(Store* store, std::string value, Race* race) {
  const auto written = co_await store->add(Key("race"), value);
  if (!written) co_return;
  if (written->answer == Write::done) race->winners.push_back(value);
  if (written->answer == Write::refused) ++race->refused;
}

}  // namespace

std::string StoreContract::name(const ::testing::TestParamInfo<Driver>& info) {
  return info.param.name;
}

void StoreContract::SetUp() {
  opened_ = GetParam().open(io_);
}

Result<std::optional<Document>> StoreContract::get(const std::string& key) {
  return answer_of(io_, store().get(Key(key)));
}

Result<Written> StoreContract::add(const std::string& key, Bytes value) {
  return answer_of(io_, store().add(Key(key), std::move(value)));
}

Result<Written> StoreContract::cas(const std::string& key, Version version, Bytes value) {
  return answer_of(io_, store().cas(Key(key), version, std::move(value)));
}

Document StoreContract::document(const std::string& key) {
  const auto read = get(key);
  EXPECT_TRUE(read && *read) << key;
  return read && *read ? **read : Document{};
}

Version StoreContract::done(Result<Written> written) {
  EXPECT_EQ(answer(written), Write::done);
  return written ? written->version : Version{};
}

Write StoreContract::answer(Result<Written> written) {
  EXPECT_TRUE(written) << (written ? "" : written.error().detail);
  return written ? written->answer : Write::unknown;
}

TEST_P(StoreContract, AMissingKeyReadsAsEmpty) {
  const auto read = get("nobody");
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
}

TEST_P(StoreContract, AWriteThatIsDoneIsSeenByTheNextGet) {
  const Version added = done(add("key", "first"));
  EXPECT_EQ(document("key").value, "first");
  EXPECT_EQ(document("key").version, added);

  const Version swapped = done(cas("key", added, "second"));
  EXPECT_EQ(document("key").value, "second");
  EXPECT_EQ(document("key").version, swapped);
}

TEST_P(StoreContract, AddRefusesAnExistingKey) {
  const Version version = done(add("key", "first"));
  EXPECT_EQ(answer(add("key", "second")), Write::refused);
  EXPECT_EQ(answer(add("key", "first")), Write::refused);
  EXPECT_EQ(document("key").value, "first");
  EXPECT_EQ(document("key").version, version);
}

TEST_P(StoreContract, CasRefusesAnotherVersion) {
  const Version first = done(add("key", "first"));
  const Version second = done(cas("key", first, "second"));
  EXPECT_EQ(answer(cas("key", first, "third")), Write::refused);
  EXPECT_EQ(document("key").value, "second");
  EXPECT_EQ(document("key").version, second);
}

TEST_P(StoreContract, CasOfAMissingDocumentIsRefused) {
  const Version version = done(add("other", "value"));
  EXPECT_EQ(answer(cas("key", Version{}, "value")), Write::refused);
  EXPECT_EQ(answer(cas("key", version, "value")), Write::refused);
  const auto read = get("key");
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);
}

TEST_P(StoreContract, VersionsOfAKeyNeverRepeatEvenForTheSameValue) {
  std::set<Version> seen;
  Version version = done(add("key", "same"));
  seen.insert(version);
  for (int i = 0; i < 50; ++i) {
    version = done(cas("key", version, "same"));
    EXPECT_TRUE(seen.insert(version).second);
  }
}

TEST_P(StoreContract, KeysAreIndependent) {
  const Version first = done(add("a", "1"));
  done(add("aa", "2"));
  done(add("b", "3"));
  done(cas("a", first, "4"));
  EXPECT_EQ(document("a").value, "4");
  EXPECT_EQ(document("aa").value, "2");
  EXPECT_EQ(document("b").value, "3");
}

TEST_P(StoreContract, KeysAndValuesAreBinarySafe) {
  const std::string zero = "a\0b"s;
  done(add(zero, every_byte()));
  done(add("a", "short"));
  done(add("\xff\xfe"s, ""));
  EXPECT_EQ(document(zero).value, every_byte());
  EXPECT_EQ(document("a").value, "short");
  EXPECT_EQ(document("\xff\xfe"s).value, "");
}

TEST_P(StoreContract, AKeyMayHaveTheMaximum) {
  const std::string longest(key_bytes_max, 'k');
  const Version version = done(add(longest, "first"));
  done(cas(longest, version, "second"));
  EXPECT_EQ(document(longest).value, "second");
}

TEST_P(StoreContract, AKeyBeyondTheMaximumIsTooLarge) {
  const std::string too_long(key_bytes_max + 1, 'k');
  const auto read = get(too_long);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::too_large);
  const auto added = add(too_long, "value");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::too_large);
  const auto swapped = cas(too_long, Version{1}, "value");
  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error().code, Errc::too_large);
}

TEST_P(StoreContract, AnEmptyKeyIsTooLarge) {
  const auto read = get("");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::too_large);
  const auto added = add("", "value");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::too_large);
  const auto swapped = cas("", Version{1}, "value");
  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error().code, Errc::too_large);
}

TEST_P(StoreContract, AValueMayHaveTheMaximum) {
  const Bytes largest(value_bytes_max, 'v');
  const Version version = done(add("key", largest));
  EXPECT_EQ(document("key").value, largest);
  done(cas("key", version, "small"));
  EXPECT_EQ(document("key").value, "small");
}

TEST_P(StoreContract, AValueBeyondTheMaximumIsTooLargeAndChangesNothing) {
  const Bytes too_large(value_bytes_max + 1, 'v');
  const auto added = add("new", too_large);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::too_large);
  const auto read = get("new");
  ASSERT_TRUE(read);
  EXPECT_FALSE(*read);

  const Version version = done(add("old", "value"));
  const auto swapped = cas("old", version, too_large);
  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error().code, Errc::too_large);
  EXPECT_EQ(document("old").version, version);
}

TEST_P(StoreContract, ADocumentMayGrowAndShrink) {
  Version version = done(add("key", ""));
  for (const std::size_t size : {1UL, 100UL, 5000UL, 100'000UL, 3000UL, 10UL, 0UL}) {
    version = done(cas("key", version, Bytes(size, 'x')));
    EXPECT_EQ(document("key").value, Bytes(size, 'x'));
  }
}

TEST_P(StoreContract, OneOf16RacingAddsIsDone) {
  Race race;
  for (int i = 0; i < 16; ++i) {
    boost::asio::co_spawn(io(), run(&store(), std::to_string(i), &race), boost::asio::detached);
  }
  io().restart();
  io().run();
  ASSERT_EQ(race.winners.size(), 1U);
  EXPECT_EQ(race.refused, 15);
  EXPECT_EQ(document("race").value, race.winners.front());
}

TEST_P(StoreContract, ConcurrentCountersAddUp) {
  done(add("counter", "0"));
  for (int i = 0; i < 8; ++i) {
    boost::asio::co_spawn(io(), increment_often(&store(), "counter", 25), boost::asio::detached);
  }
  io().restart();
  io().run();
  EXPECT_EQ(document("counter").value, "200");
}

TEST_P(StoreContract, ACancelledWriteIsDoneOrUnknownAndTheStoreGoesOn) {
  const auto cancelled = answer_when_cancelled(io(), store().add(Key("cancelled"), "value"));
  EXPECT_NE(answer(cancelled), Write::refused);

  // Whichever it was: the key can be decided now, and the answer fits what is there.
  const Write again = answer(add("cancelled", "value"));
  EXPECT_TRUE(again == Write::done || again == Write::refused);
  EXPECT_EQ(document("cancelled").value, "value");
}

TEST_P(StoreContract, ACancelledGetDoesNotSayThatNothingIsThere) {
  done(add("there", "value"));
  const auto cancelled = answer_when_cancelled(io(), store().get(Key("there")));
  if (cancelled)
    EXPECT_TRUE(*cancelled);
  else
    EXPECT_EQ(cancelled.error().code, Errc::unavailable);
}

TEST_P(StoreContract, RandomCallsBehaveLikeAMap) {
  std::mt19937 random(42);  // NOLINT(cert-msc51-cpp): the same run every time.
  std::map<std::string, Document> twin;
  for (int i = 0; i < 300; ++i) {
    const std::string key(1, static_cast<char>('a' + random() % 6));
    const Bytes value(random() % 4000, static_cast<char>('0' + i % 10));
    const auto there = twin.find(key);
    if (random() % 3 == 0) {
      const auto written = add(key, value);
      ASSERT_EQ(answer(written), there == twin.end() ? Write::done : Write::refused);
      if (written->answer == Write::done) twin[key] = Document{written->version, value};
    } else if (there != twin.end()) {
      const bool is_stale = random() % 4 == 0;
      const Version version = is_stale ? Version{} : there->second.version;
      const auto written = cas(key, version, value);
      ASSERT_EQ(answer(written), is_stale ? Write::refused : Write::done);
      if (!is_stale) there->second = Document{written->version, value};
    }
  }
  for (const auto& [key, expected] : twin) {
    EXPECT_EQ(document(key).value, expected.value);
    EXPECT_EQ(document(key).version, expected.version);
  }
}

// A program that links this suite for its other parts need not run it.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);

}  // namespace posse::testing
