/// Tests of how documents are written and read: round trips, strictness, and bytes of today that
/// must be readable for ever.
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/limits.h"
#include "fake_clock.h"
#include "journal/entry.h"
#include "journal/participant.h"
#include "patrol/membership.h"
#include "patrol/watch_list.h"

namespace posse {
namespace {

const Key account{"account/ann"};
const Sequence campaign{"campaign/a"};

Time at(std::int64_t milliseconds) {
  return Time{std::chrono::milliseconds{milliseconds}};
}

Intent intent(const std::string& text) {
  return Intent::from(text).value();
}

/// What stands in a file of test/unit/fixtures.
Bytes fixture(const std::string& name) {
  const auto folder = std::filesystem::path(__FILE__).parent_path() / "fixtures";
  std::ifstream file(folder / (name + ".json"), std::ios::binary);
  EXPECT_TRUE(file) << name;
  Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  while (bytes.ends_with('\n')) bytes.pop_back();
  return bytes;
}

Participant some_participant() {
  Participant participant;
  participant.data = {{"balance", 70}, {"owner", "Ann \"A.\" Ü"}};
  participant.holds.push_back({.intent = intent("AQIDBAUGBwgJCgsMDQ4PEA"),
                               .sequence = campaign,
                               .first = EntryNumber{8},
                               .last = EntryNumber{15},
                               .issued = at(1'764'000'000'000),
                               .reserve = {{"balance", -30}, {"points", 3}}});
  participant.settled.push_back({.intent = intent("-_-_-_-_-_-_-_-_-_-_-w"),
                                 .sequence = generic_journal(3),
                                 .entry = EntryNumber{7},
                                 .issued = at(1'763'999'999'999)});
  participant.pages = 2;
  participant.spilled_until = at(1'763'000'000'000);
  return participant;
}

Settlements some_page() {
  Settlements page = some_participant().settled;
  page.push_back({.intent = Intent{}, .sequence = campaign, .entry = EntryNumber{1}, .issued = {}});
  return page;
}

Entry some_entry() {
  const Tip tip{.entry = EntryNumber{6},
                .slot = Slot{41},
                .hash = digest("the sixth"),
                .time = at(1'764'000'000'000),
                .state = {{"price", 500}}};
  Entry entry = next_entry(campaign, tip, at(1'764'000'000'123));
  Operation operation;
  operation.intent = intent("AQIDBAUGBwgJCgsMDQ4PEA");
  operation.effects = {add_effect(account, "balance", -500, 0), add_effect(account, "points", 5)};
  operation.line = {{"buyer", "ann"}, {"price", 500}};
  operation.data = {{"text", "hello"}};
  entry.operations.push_back(operation);
  operation.intent = Intent{};
  entry.operations.push_back(operation);
  entry.state = {{"price", 505}};
  return entry;
}

Head some_head() {
  Head head;
  head.settings = {{"price", {{"policy", "fixed"}, {"cents", 500}}}};
  head.tip = some_entry().tip("the seventh");
  return head;
}

TEST(Fixtures, AreWhatIsWrittenToday) {
  EXPECT_EQ(write_participant(some_participant()), fixture("participant"));
  EXPECT_EQ(write_settled_page(some_page()), fixture("page"));
  EXPECT_EQ(write_entry(some_entry()), fixture("entry"));
  EXPECT_EQ(write_receipt(some_entry()), fixture("receipt"));
  EXPECT_EQ(write_head(some_head()), fixture("head"));
}

TEST(Fixtures, OfAParticipantAreReadForEver) {
  const auto read = read_participant(fixture("participant"), account);
  ASSERT_TRUE(read) << read.error().detail;
  const Participant was = some_participant();
  EXPECT_EQ(read->data, was.data);
  ASSERT_EQ(read->holds.size(), 1U);
  EXPECT_TRUE(read->holds[0].same(was.holds[0]));
  EXPECT_EQ(read->holds[0].sequence, campaign);
  EXPECT_EQ(read->holds[0].issued, was.holds[0].issued);
  EXPECT_EQ(read->holds[0].reserve, was.holds[0].reserve);
  ASSERT_EQ(read->settled.size(), 1U);
  EXPECT_EQ(read->settled.at(0).intent, was.settled.at(0).intent);
  EXPECT_EQ(read->settled.at(0).sequence, generic_journal(3));
  EXPECT_EQ(read->settled.at(0).entry, EntryNumber{7});
  EXPECT_EQ(read->settled.at(0).issued, was.settled.at(0).issued);
  EXPECT_EQ(read->pages, 2U);
  EXPECT_EQ(read->spilled_until, was.spilled_until);
}

TEST(Fixtures, OfAPageAreReadForEver) {
  const auto read = read_settled_page(fixture("page"), settled_page_key(account, 0));
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).intent, some_page().at(0).intent);
  EXPECT_EQ(read->at(1).entry, EntryNumber{1});
}

TEST(Fixtures, OfAnEntryAreReadForEver) {  // I1
  const auto read = read_entry(fixture("entry"), campaign.entry(EntryNumber{7}));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->sequence, campaign);
  EXPECT_EQ(read->number, EntryNumber{7});
  EXPECT_EQ(read->previous, digest("the sixth"));
  EXPECT_EQ(read->first_slot, Slot{42});
  EXPECT_EQ(read->time, at(1'764'000'000'123));
  ASSERT_EQ(read->operations.size(), 2U);
  const Operation& operation = read->operations[0];
  EXPECT_EQ(operation.intent, intent("AQIDBAUGBwgJCgsMDQ4PEA"));
  ASSERT_EQ(operation.effects.size(), 2U);
  EXPECT_EQ(operation.effects[0].key, account);
  EXPECT_EQ(operation.effects[0].kind, "add");
  EXPECT_EQ(operation.effects[0].details, add_effect(account, "balance", -500, 0).details);
  EXPECT_EQ(operation.line, some_entry().operations[0].line);
  EXPECT_EQ(operation.data, some_entry().operations[0].data);
  EXPECT_EQ(read->state, some_entry().state);
}

TEST(Fixtures, OfAReceiptAreReadForEver) {
  const auto read = read_receipt(fixture("receipt"), campaign.receipt(EntryNumber{7}));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->time, at(1'764'000'000'123));
  ASSERT_EQ(read->lines.size(), 2U);
  EXPECT_EQ(read->lines[0].at("slot"), 42);
  EXPECT_EQ(read->lines[1].at("slot"), 43);
  EXPECT_EQ(read->lines[0].at("buyer"), "ann");
}

TEST(Fixtures, OfAHeadAreReadForEver) {
  const auto read = read_head(fixture("head"), campaign.head());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->settings, some_head().settings);
  EXPECT_EQ(read->tip.entry, EntryNumber{7});
  EXPECT_EQ(read->tip.slot, Slot{43});
  EXPECT_EQ(read->tip.hash, digest("the seventh"));
  EXPECT_EQ(read->tip.time, at(1'764'000'000'123));
  EXPECT_EQ(read->tip.state, some_head().tip.state);
}

TEST(Fixtures, OfTheWatchListAreReadForEver) {  // S15
  const Watched one{.sequence = campaign, .announced = at(1'764'000'000'000), .quiet = {}};
  const Watched two{.sequence = Sequence{"campaign/b"}, .announced = at(5), .quiet = {}};
  EXPECT_EQ(write_watched({one, two}), fixture("watch"));
  const auto read = read_watched(fixture("watch"), watch_key(15));
  ASSERT_TRUE(read) << read.error().detail;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].sequence, campaign);
  EXPECT_EQ((*read)[1].announced, at(5));
}

TEST(Fixtures, OfTheMembersAreReadForEver) {  // S17
  const std::vector<Member> members{{.node = "node-a", .beat = 7, .time = at(1'764'000'000'000)},
                                    {.node = "node-b", .beat = 1, .time = at(1'764'000'000'500)}};
  EXPECT_EQ(write_members(members), fixture("members"));
  const auto read = read_members(fixture("members"), Key{"members"});
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, members);
}

/// Every fixture with each of its fields taken away, or one more put in.
template <class Reader>
void expect_strict(const std::string& name, Reader read) {
  const auto whole = boost::json::parse(fixture(name)).as_object();
  for (const auto& [field, value] : whole) {
    auto less = whole;
    less.erase(field);
    const auto missing = read(boost::json::serialize(less));
    ASSERT_FALSE(missing) << name << " without " << field;
    EXPECT_EQ(missing.error().code, Errc::unreadable);
    EXPECT_NE(missing.error().detail.find("`" + std::string(field) + "` is missing"),
              std::string::npos)
        << missing.error().detail;
  }
  auto more = whole;
  more["surprise"] = 1;
  EXPECT_FALSE(read(boost::json::serialize(more))) << name;
  auto newer = whole;
  newer["v"] = 2;
  const auto refused = read(boost::json::serialize(newer));
  ASSERT_FALSE(refused) << name;
  EXPECT_NE(refused.error().detail.find("newer format"), std::string::npos);
}

TEST(Documents, AreReadOnlyIfEveryFieldIsAsItMustBe) {
  expect_strict("participant", [](const Bytes& b) { return read_participant(b, account); });
  expect_strict("page", [](const Bytes& b) { return read_settled_page(b, account); });
  expect_strict("entry",
                [](const Bytes& b) { return read_entry(b, campaign.entry(EntryNumber{7})); });
  expect_strict("receipt",
                [](const Bytes& b) { return read_receipt(b, campaign.receipt(EntryNumber{7})); });
  expect_strict("head", [](const Bytes& b) { return read_head(b, campaign.head()); });
}

TEST(Documents, AreNotReadUnderAForeignKey) {  // I1
  EXPECT_FALSE(read_entry(fixture("entry"), campaign.entry(EntryNumber{8})));
  EXPECT_FALSE(read_entry(fixture("entry"), Sequence{"campaign/b"}.entry(EntryNumber{7})));
  EXPECT_FALSE(read_receipt(fixture("receipt"), campaign.receipt(EntryNumber{8})));
}

// However they stand there: the one that is read fast too.
TEST(Documents, OfASequenceWithTooLongANameAreNotRead) {
  for (const std::size_t size : {sequence_name_max, sequence_name_max + 1}) {
    Entry entry = some_entry();
    entry.sequence = Sequence{std::string(size, 's')};
    const Key key = entry.sequence.entry(entry.number);
    const Bytes bytes = write_entry(entry);
    EXPECT_EQ(read_entry(bytes, key).has_value(), size <= sequence_name_max);
    EXPECT_EQ(read_entry(" " + bytes, key).has_value(), size <= sequence_name_max);
  }
}

TEST(Documents, NameTheKeyInTheirErrors) {
  const auto read = read_participant("{", account);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::unreadable);
  EXPECT_EQ(read.error().detail.find("account/ann: is no JSON"), 0U);
}

TEST(Documents, AreNeverReadWhenCutOff) {
  for (const auto* name : {"participant", "page", "entry", "receipt", "head"}) {
    const Bytes whole = fixture(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut = whole.substr(0, size);
      EXPECT_FALSE(read_participant(cut, account));
      EXPECT_FALSE(read_entry(cut, campaign.entry(EntryNumber{7})));
      EXPECT_FALSE(read_head(cut, campaign.head()));
    }
  }
}

rc::Gen<Settled> some_settled() {
  return rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), [](std::uint64_t seed) {
    SeededRandom random(seed);
    return Settled{.intent = Intent::attempt(request_key(std::to_string(seed), "", {}), random),
                   .sequence = generic_journal(random.bits() % journals),
                   .entry = EntryNumber{1 + random.bits() % 1'000'000},
                   .issued = at(static_cast<std::int64_t>(random.bits() >> 20U))};
  });
}

rc::Gen<Hold> some_hold() {
  return rc::gen::map(some_settled(), [](const Settled& settled) {
    Hold hold{.intent = settled.intent,
              .sequence = settled.sequence,
              .first = settled.entry,
              .last = settled.entry + 7,
              .issued = settled.issued,
              .reserve = {}};
    hold.reserve["balance"] = -static_cast<std::int64_t>(number(settled.entry));
    hold.reserve["a\"b"] = INT64_MIN;
    return hold;
  });
}

RC_GTEST_PROP(DocumentsProperty, AParticipantIsWrittenAsItWasRead, ()) {
  Participant participant;
  participant.data["balance"] = *rc::gen::arbitrary<std::int64_t>();
  participant.data["note"] = "ü\n" + std::to_string(*rc::gen::arbitrary<int>());
  participant.holds = *rc::gen::resize(static_cast<int>(holds_max),
                                       rc::gen::container<std::vector<Hold>>(some_hold()));
  for (const Settled& one : *rc::gen::resize(
           static_cast<int>(settled_max), rc::gen::container<std::vector<Settled>>(some_settled())))
    participant.settled.push_back(one);
  participant.pages = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  participant.spilled_until = at(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
  const Bytes bytes = write_participant(participant);
  const auto read = read_participant(bytes, account);
  RC_ASSERT(read.has_value());
  RC_ASSERT(write_participant(*read) == bytes);
  RC_ASSERT(read->holds.size() == participant.holds.size());
  for (std::size_t n = 0; n < read->holds.size(); ++n) {
    RC_ASSERT(read->holds[n].same(participant.holds[n]));
    RC_ASSERT(read->holds[n].reserve == participant.holds[n].reserve);
  }
}

RC_GTEST_PROP(DocumentsProperty, AnEntryAndItsReceiptAreWrittenAsTheyWereRead, ()) {
  Entry entry = some_entry();
  const Operation operation = entry.operations[0];
  entry.operations.assign(*rc::gen::inRange<std::size_t>(0, 20), operation);
  for (auto& one : entry.operations) one.line["price"] = *rc::gen::arbitrary<std::int64_t>();
  const Key key = entry.sequence.entry(entry.number);
  const auto read = read_entry(write_entry(entry), key);
  RC_ASSERT(read.has_value());
  RC_ASSERT(write_entry(*read) == write_entry(entry));
  RC_ASSERT(write_receipt(*read) == write_receipt(entry));  // whoever writes it
}

/// One wrong byte is refused or is another document; it never ends the process.
RC_GTEST_PROP(DocumentsProperty, OneWrongByteHarmsNobody, ()) {
  Bytes bytes = fixture(*rc::gen::element<std::string>("participant", "entry", "head", "page"));
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  const auto participant = read_participant(bytes, account);
  if (participant)
    RC_ASSERT(read_participant(write_participant(*participant), account).has_value());
  const auto page = read_settled_page(bytes, account);
  if (page) RC_ASSERT(read_settled_page(write_settled_page(*page), account).has_value());
  const Key key = campaign.entry(EntryNumber{7});
  const auto entry = read_entry(bytes, key);
  if (entry) RC_ASSERT(read_entry(write_entry(*entry), key).has_value());
  // With a space before it, it is read by other steps.
  const Bytes spaced = " " + bytes;
  const auto participant_spaced = read_participant(spaced, account);
  RC_ASSERT(participant_spaced.has_value() == participant.has_value());
  if (participant)
    RC_ASSERT(write_participant(*participant) == write_participant(*participant_spaced));
  const auto page_spaced = read_settled_page(spaced, account);
  RC_ASSERT(page_spaced.has_value() == page.has_value());
  if (page) RC_ASSERT(write_settled_page(*page) == write_settled_page(*page_spaced));
  const auto entry_spaced = read_entry(spaced, key);
  RC_ASSERT(entry_spaced.has_value() == entry.has_value());
  if (entry) RC_ASSERT(write_entry(*entry) == write_entry(*entry_spaced));
  const auto head = read_head(bytes, campaign.head());
  if (head) RC_ASSERT(read_head(write_head(*head), campaign.head()).has_value());
}

}  // namespace
}  // namespace posse
