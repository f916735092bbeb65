/// Documents under audit: what they must be, and each way in which they are not.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>
#include <vector>

#include "audit_shop.h"
#include "posse/documents.h"
#include "shop/audit_text.h"

namespace posse {
namespace {

namespace json = boost::json;

/// Counts up the text of a document; no audit knows it.
class Longer final : public Kind {
 public:
  std::optional<Refusal> check(const json::object& /*details*/) const override { return {}; }
  std::optional<Refusal> admit(const json::object* /*value*/,
                               const json::object& /*details*/) const override {
    return {};
  }
  void apply(std::optional<json::object>& value, const json::object& /*details*/) const override {
    value->at("text").as_string().append("!");
  }
};

Effect longer(const Key& key) {
  return {.key = key, .kind = "longer", .details = {}};
}

class AuditDocuments : public testing::Test {
 protected:
  const Key x{"shelf/x"};
  const Key y{"shelf/y"};
  const Key z{"shelf/z"};

  AuditDocuments() {
    change({{.effects = {create_effect(x, {{"n", 1}}), create_effect(y, {{"n", 1}}),
                         create_effect(z, {{"n", 0}})}},
            {.effects = {add_effect(x, "n", 5), add_effect(x, "old", 1)}},
            {.effects = {set_effect(x, {{"n", 7}, {"text", "a"}}), remove_effect(y)}},
            {.effects = {add_effect(x, "n", 3), add_effect(x, "m", 2)}}});
    std::vector<Change> many;
    for (int i = 1; i <= 40; ++i) many.push_back({.effects = {add_effect(z, "n", i)}});
    change(std::move(many));
  }

  /// One after the other, settled.
  void change(std::vector<Change> changes) {
    Documents documents({world.store, world.clock, world.random, world.io.get_executor()});
    documents.learn("longer", std::make_unique<Longer>());
    for (Change& one : changes) {
      const auto fate = world.run(documents.atomically(std::move(one)));
      EXPECT_TRUE(fate && std::holds_alternative<Happened>(*fate));
    }
    world.run(documents.close());
  }

  Participant participant(const Key& key) {
    return **world.run(world.shop.journal().participants().get(key));
  }

  Settled last_settled(const Key& key) { return participant(key).settled.all().back(); }

  std::uint64_t found(const std::string& code) {
    const AuditReport report = world.report();
    const auto& by_code = report.findings.by_code();
    const auto there = by_code.find(code);
    return there == by_code.end() ? 0 : there->second;
  }

  void edit_data(const Key& key, const std::function<void(json::object&)>& edit) {
    world.edit(key.text(), [&](json::object& document) { edit(document.at("data").as_object()); });
  }

  void unsettle(const Key& key) {
    world.edit(key.text(),
               [](json::object& document) { document.at("settled").as_array().pop_back(); });
  }

  void hold(const Key& key, const Hold& hold) {
    Decision decision = [&](Participant& participant) {
      participant.holds.push_back(hold);
      return Verdict::write;
    };
    ASSERT_TRUE(world.run(world.shop.journal().participants().update(key, decision)));
  }

  /// A change whose driver died behind the claim, or before it.
  Operation operation(std::vector<Effect> effects) {
    Operation made;
    const std::string request = std::to_string(world.random.bits());
    made.intent = Intent::attempt(request_key("document", request, {}), world.random);
    made.effects = std::move(effects);
    return made;
  }
  Hold hold_of(const Operation& operation, const Entry& entry) {
    return {.intent = operation.intent,
            .sequence = entry.sequence,
            .first = entry.number,
            .last = entry.number + 7,
            .issued = {},
            .reserve = {},
            .is_exclusive = true};
  }
  Entry next() { return world.next(last_settled(x).sequence.name()); }

  AuditShop world;
};

TEST_F(AuditDocuments, AreWhatTheirOperationsComeTo) {  // I12
  EXPECT_EQ(participant(x).data, (json::object{{"n", 10}, {"text", "a"}, {"m", 2}}));
  EXPECT_EQ(participant(z).value("n"), 820);
  EXPECT_GT(participant(z).pages, 0U);
  const AuditReport report = world.report();
  EXPECT_TRUE(report.sound() && report.finished());
  EXPECT_EQ(report.counts.changed, 3U);
  EXPECT_EQ(report.replayed.verified, 3U);
  EXPECT_EQ(report.replayed.unverifiable, 0U);
  EXPECT_EQ(report.counts.accounts, 0U);
  EXPECT_NE(to_text(report).find("3 documents of the generic journals: 3 as"), std::string::npos);
  EXPECT_EQ(to_json(report).at("replayed").at("verified"), 3U);
}

TEST_F(AuditDocuments, AreTheSameInSmallBites) {  // I12
  Audit small(world.shop.journal(), world.store, world.clock, Bite::small);
  const auto report = world.run(small.run(nullptr));
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->sound());
  EXPECT_EQ(report->replayed.verified, 3U);
}

TEST_F(AuditDocuments, AreFoundChanged) {  // I12
  edit_data(x, [](json::object& data) { data["n"] = 11; });
  EXPECT_EQ(world.findings(), "I12");
  EXPECT_EQ(world.report().findings.kept().front().keys.front(), x.text());
}

TEST_F(AuditDocuments, AreFoundWithAFieldTooMuchOrTooFew) {  // I12
  edit_data(x, [](json::object& data) { data["more"] = 0; });
  EXPECT_EQ(world.findings(), "I12");
  edit_data(x, [](json::object& data) {
    data.erase("more");
    data.erase("m");
  });
  EXPECT_EQ(world.findings(), "I12");
}

TEST_F(AuditDocuments, AreTheSameInAnotherOrderOfFields) {  // I12
  edit_data(x, [](json::object& data) { data = {{"m", 2}, {"text", "a"}, {"n", 10}}; });
  EXPECT_EQ(world.findings(), "");
}

TEST_F(AuditDocuments, AreFoundWhereNothingMustBe) {  // I12
  world.edit(y.text(), [](json::object& document) { document["data"] = json::object(); });
  EXPECT_EQ(world.findings(), "I12");
}

TEST_F(AuditDocuments, AreFoundRemoved) {  // I12
  world.edit(x.text(), [](json::object& document) { document["data"] = nullptr; });
  EXPECT_EQ(world.findings(), "I12");
}

TEST_F(AuditDocuments, AreFoundThatNoOperationMade) {  // I12
  world.put("shelf/new", write_participant(Participant()));
  EXPECT_EQ(world.findings(), "I12");
}

TEST_F(AuditDocuments, AreFoundWithAnAdditionTooMuch) {  // I12
  edit_data(z, [](json::object& data) { data["n"] = 821; });
  EXPECT_EQ(world.findings(), "I12");
}

TEST_F(AuditDocuments, AreFoundToDifferFromAChangedEntry) {  // I12
  const Settled made = participant(x).settled.at(2);
  world.edit(made.sequence.entry(made.entry).text(), [](json::object& entry) {
    auto& effect = entry.at("operations").at(0).at("effects").at(0).as_object();
    effect.at("details").at("value").as_object()["n"] = 8;
  });
  EXPECT_EQ(found("I12"), 1U);
  EXPECT_EQ(found("I1") + found("I6"), 1U);  // the next entry, or the head, has its digest
}

TEST_F(AuditDocuments, AreMadeInTheOrderOfTheirSettlements) {  // I12
  for (int turn = 0; turn < 24; ++turn) {
    change({{.effects = {set_effect(x, {{"turn", turn}})}},
            {.effects = {add_effect(x, "turn", 100), add_effect(z, "n", -1)}}});
    const AuditReport report = world.report();
    EXPECT_TRUE(report.sound()) << turn;
    EXPECT_EQ(report.replayed.verified, 3U);
  }
  EXPECT_GT(participant(x).pages, 0U);
}

TEST_F(AuditDocuments, CannotBeToldOnceUnknownKindsHaveChangedThem) {  // I12
  change({{.effects = {longer(x), add_effect(z, "n", 1)}}});
  const AuditReport report = world.report();
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.replayed.unverifiable, 1U);
  EXPECT_EQ(report.replayed.verified, 2U);
  EXPECT_NE(to_text(report).find(", 1 changed by kinds of effects that"), std::string::npos);
  // What comes behind does not help, but for a new content.
  change({{.effects = {add_effect(x, "n", 1)}}});
  EXPECT_EQ(world.report().replayed.unverifiable, 1U);
  change({{.effects = {set_effect(x, {{"n", 1}})}}});
  EXPECT_EQ(world.report().replayed.unverifiable, 0U);
  EXPECT_EQ(world.report().replayed.verified, 3U);
}

TEST_F(AuditDocuments, HaveNotesThatAreNoneOfTheShops) {  // I8
  change({{.effects = {add_effect(x, "n", 1)},
           .note = {{"kind", "deposit"}, {"account", "bob"}, {"amount", 5}}},
          {.effects = {add_effect(x, "n", 1)},
           .note = {{"kind", "sale"}, {"buyer", "bob"}, {"seller", "ann"}, {"amount", 5}}}});
  const AuditReport report = world.report();
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(sum_text(report.books.deposits), "0");
  EXPECT_EQ(sum_text(report.books.sold), "0");
}

TEST_F(AuditDocuments, AreFoundWithASettlementThatHasNoEntry) {  // I5
  world.edit(x.text(), [&](json::object& document) {
    json::array row{operation({}).intent.text(), last_settled(z).sequence.name(), 99, 0};
    document.at("settled").as_array().emplace_back(std::move(row));
  });
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditDocuments, AreFoundWithASettlementOfAnother) {  // I5
  const auto document = json::parse(world.bytes(z.text()));
  world.edit(x.text(), [&](json::object& other) {
    other.at("settled").as_array().push_back(document.at("settled").as_array().back());
  });
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditDocuments, AreFoundWithASettlementTwice) {  // I5
  world.edit(x.text(), [](json::object& document) {
    auto& settled = document.at("settled").as_array();
    settled.push_back(json::value(settled.back()));
  });
  EXPECT_EQ(world.findings(), "I5");
}

TEST_F(AuditDocuments, AreFoundWithoutTheirPages) {  // I5
  world.store.lost.insert(settled_page_key(z, 0).text());
  EXPECT_GE(found("I5"), 1U);
  EXPECT_EQ(found("I12"), 0U);
}

TEST_F(AuditDocuments, AreFoundWithoutTheirReceipts) {  // I6
  const Settled last = last_settled(x);
  world.store.lost.insert(last.sequence.receipt(last.entry).text());
  EXPECT_EQ(world.findings(), "I6");
}

TEST_F(AuditDocuments, AreFoundHeldBehindTheHead) {  // I6
  change({{.effects = {check_effect(x, participant(x).state())}}});
  const Settled last = last_settled(x);
  unsettle(x);
  hold(x, {.intent = last.intent,
           .sequence = last.sequence,
           .first = last.entry,
           .last = last.entry,
           .issued = {},
           .reserve = {},
           .is_exclusive = true});
  EXPECT_EQ(world.findings(), "I6");
}

TEST_F(AuditDocuments, AreFoundToMissAPublishedOperation) {  // S8
  change({{.effects = {check_effect(x, participant(x).state())}}});
  unsettle(x);
  EXPECT_EQ(world.findings(), "S8");
}

TEST_F(AuditDocuments, AreFoundToMissACommittedOperation) {  // S8
  Entry entry = next();
  entry.operations.push_back(operation({set_effect(x, {})}));
  world.append(entry);
  EXPECT_EQ(world.findings(), "S8");
}

TEST_F(AuditDocuments, AreFoundOverwritten) {  // S8
  world.put(x.text(), "anything");
  EXPECT_EQ(found("S8"), 4U);
}

TEST_F(AuditDocuments, AreFoundGone) {  // S8
  world.store.lost.insert(z.text());
  EXPECT_EQ(found("S8"), 41U);
}

TEST_F(AuditDocuments, AreFoundInANewerFormat) {
  world.edit(x.text(), [](json::object& document) { document["v"] = 2; });
  EXPECT_EQ(world.findings(), "unreadable");
}

TEST_F(AuditDocuments, AreFoundToHaveSettledARequestTwice) {  // I2
  change({{.request = "order 17", .effects = {add_effect(x, "n", 1)}}});
  Entry entry = next();
  Operation again = operation({check_effect(x, participant(x).state())});
  again.intent = Intent::attempt(request_key("document", "order 17", {}), world.random);
  hold(x, hold_of(again, entry));
  entry.operations.push_back(again);
  world.append(entry);
  EXPECT_EQ(world.findings(), "");
  auto repaired = world.run(world.audit.repair(nullptr));
  ASSERT_TRUE(repaired && repaired->failures.empty());
  EXPECT_EQ(world.findings(), "I2");
}

TEST_F(AuditDocuments, MayHoldAnAttemptThatCameToNothing) {  // I2
  change({{.request = "order 17", .effects = {add_effect(x, "n", 1), add_effect(z, "n", 1)}}});
  Operation earlier = operation({});
  earlier.intent = Intent::attempt(request_key("document", "order 17", {}), world.random);
  hold(z, hold_of(earlier, next()));
  EXPECT_EQ(world.findings(), "");
}

TEST_F(AuditDocuments, AreFoundHeldForASequenceThatIsNotThere) {  // I9
  Entry entry = next();
  entry.sequence = Sequence{"journal/16"};
  hold(x, hold_of(operation({}), entry));
  EXPECT_EQ(world.findings(), "I9");
}

TEST_F(AuditDocuments, StandBesideWhatIsNobodysBusiness) {
  world.put("poem", "roses are red");
  world.put("shelf", R"({"data":1})");
  world.put("session/abc", "whatever");
  world.put("zoo", "[1]");
  const AuditReport report = world.report();
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.counts.changed, 3U);
}

TEST_F(AuditDocuments, AreFinishedByARepair) {  // I9
  Entry entry = next();
  const Operation claimed = operation({set_effect(x, {{"n", 1}}), add_effect(z, "n", -820)});
  hold(x, hold_of(claimed, entry));
  Hold added = hold_of(claimed, entry);
  added.reserve = {{"n", -820}};
  hold(z, added);
  entry.operations.push_back(claimed);
  world.append(entry);
  const Operation dead = operation({});
  hold(y, hold_of(dead, next()));
  const AuditReport before = world.report();
  EXPECT_TRUE(before.sound());
  EXPECT_EQ(before.unfinished.entries, 1U);
  EXPECT_EQ(before.unfinished.holds, 3U);
  EXPECT_EQ(before.replayed.verified, 3U);

  const auto repairs = world.run(world.audit.repair(nullptr));
  ASSERT_TRUE(repairs);
  EXPECT_TRUE(repairs->failures.empty());
  EXPECT_EQ(repairs->entries, 1U);
  EXPECT_EQ(repairs->holds, 1U);
  const AuditReport after = world.report();
  EXPECT_TRUE(after.sound() && after.finished());
  EXPECT_EQ(after.replayed.verified, 3U);
  EXPECT_EQ(participant(x).data, (json::object{{"n", 1}}));
  EXPECT_EQ(participant(z).value("n"), 0);
}

TEST_F(AuditDocuments, WithUnknownKindsAreLeftAloneByARepair) {  // I9
  Entry entry = next();
  const Operation claimed = operation({longer(x)});
  hold(x, hold_of(claimed, entry));
  entry.operations.push_back(claimed);
  world.append(entry);
  EXPECT_TRUE(world.report().sound());
  const auto repairs = world.run(world.audit.repair(nullptr));
  ASSERT_TRUE(repairs);
  EXPECT_FALSE(repairs->failures.empty());
  EXPECT_TRUE(world.report().sound());
  EXPECT_EQ(participant(x).value("n"), 10);
}

}  // namespace
}  // namespace posse
