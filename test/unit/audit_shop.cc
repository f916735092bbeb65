/// A shop in memory for tests of the audit.
// SPDX-License-Identifier: Apache-2.0
#include "audit_shop.h"

namespace posse {

Task<Result<void>> QuietAnnouncer::announce(Sequence /*sequence*/) {
  co_return Result<void>{};
}

Task<Result<std::optional<Document>>> LossyStore::get(Key key) {
  return store_.get(std::move(key));
}

Task<Result<Written>> LossyStore::add(Key key, Bytes value) {
  ++writes;
  return store_.add(std::move(key), std::move(value));
}

Task<Result<Written>> LossyStore::cas(Key key, Version version, Bytes value) {
  ++writes;
  return store_.cas(std::move(key), version, std::move(value));
}

Task<Result<std::vector<Listed>>> LossyStore::scan(std::string prefix, std::string after,
                                                   std::size_t items_max) {
  std::vector<Listed> page;
  while (page.size() < items_max) {
    auto next = co_await store_.scan(prefix, after, 1);
    if (!next || next->empty()) break;
    after = next->front().key.text();
    const auto coming = late.find(after);
    const auto earlier = before.find(after);
    if (earlier != before.end()) next->front().document.value = earlier->second;
    const bool absent = coming != late.end() && coming->second-- > 0;
    if (!absent && !lost.contains(after)) page.push_back(std::move(next->front()));
  }
  co_return page;
}

AuditShop::AuditShop() = default;
AuditShop::~AuditShop() = default;

Name AuditShop::name(const std::string& text) {
  return *Name::from(text);
}

void AuditShop::account(const std::string& owner) {
  const auto created = run(shop.accounts().create(name(owner), ""));
  ASSERT_TRUE(created && std::holds_alternative<AccountView>(*created));
}

void AuditShop::deposit(const std::string& owner, std::int64_t amount,
                        const std::string& reference) {
  const auto booked = run(shop.payments().deposit(
      {.account = name(owner), .amount = Cents{amount}, .reference = reference}));
  ASSERT_TRUE(booked && std::holds_alternative<Booked>(*booked));
}

void AuditShop::withdraw(const std::string& owner, std::int64_t amount,
                         const std::string& reference) {
  const auto booked = run(shop.payments().withdraw(
      {.account = name(owner), .amount = Cents{amount}, .reference = reference}));
  ASSERT_TRUE(booked && std::holds_alternative<Booked>(*booked));
}

void AuditShop::campaign(const std::string& id, const std::string& owner, std::int64_t price,
                         std::uint64_t capacity) {
  Campaign campaign;
  campaign.title = id;
  campaign.owner = name(owner);
  campaign.pricing = fixed_pricing(Cents{price});
  campaign.capacity = capacity;
  const auto created = run(shop.campaigns().create(name(id), std::move(campaign)));
  ASSERT_TRUE(created && std::holds_alternative<CampaignView>(*created));
}

void AuditShop::buy(const std::string& campaign, const std::string& buyer) {
  const auto sold = run(shop.purchases().buy({.campaign = name(campaign),
                                              .buyer = name(buyer),
                                              .max_price = Cents{1000},
                                              .key = Uuid::make(clock.now(), random),
                                              .content = {}}));
  ASSERT_TRUE(sold && std::holds_alternative<Sale>(*sold));
}

void AuditShop::harvest(const std::string& seller) {
  const auto harvested = run(shop.harvest().run(name(seller)));
  ASSERT_TRUE(harvested && std::holds_alternative<Harvested>(*harvested));
}

void AuditShop::rest() {
  run(shop.close());
}

void AuditShop::fill() {
  for (const auto* one : {"ann", "bob", "cid"}) account(one);
  deposit("bob", 5000, "r1");
  deposit("cid", 3000, "r2");
  withdraw("cid", 500, "r3");
  campaign("lamps", "ann", 40, 10);
  for (const auto* buyer : {"bob", "cid", "bob", "cid", "bob"}) buy("lamps", buyer);
  rest();
  harvest("ann");
}

AuditReport AuditShop::report() {
  auto report = run(audit.run(nullptr));
  EXPECT_TRUE(report);
  return *std::move(report);
}

std::string AuditShop::findings() {
  std::string codes;
  const AuditReport found = report();
  for (const auto& finding : found.findings.kept()) {
    if (!codes.empty()) codes += ' ';
    codes += finding.code;
  }
  return codes;
}

Bytes AuditShop::bytes(const std::string& key) {
  const auto read = run(store.get(Key(key)));
  return read && *read ? (*read)->value : Bytes();
}

void AuditShop::put(const std::string& key, const Bytes& value) {
  const auto read = run(store.get(Key(key)));
  ASSERT_TRUE(read);
  const auto written =
      *read ? run(store.cas(Key(key), (*read)->version, value)) : run(store.add(Key(key), value));
  ASSERT_TRUE(written && written->answer == Write::done);
}

void AuditShop::edit(const std::string& key,
                     const std::function<void(boost::json::object&)>& change) {
  auto document = boost::json::parse(bytes(key));
  change(document.as_object());
  put(key, boost::json::serialize(document));
}

Entry AuditShop::next(const std::string& sequence) {
  const Sequence named{sequence};
  const auto tip = run(shop.journal().sequences().newest_tip(named, empty_tip(named)));
  return next_entry(named, *tip, clock.now());
}

void AuditShop::append(const Entry& entry) {
  put(entry.sequence.entry(entry.number).text(), write_entry(entry));
}

Operation AuditShop::sale(const std::string& buyer, const std::string& seller) {
  Operation operation;
  const std::string request = std::to_string(random.bits());
  operation.intent = Intent::attempt(request_key(buyer, request, clock.now()), random);
  operation.effects.push_back(add_effect(account_key(name(buyer)), "balance", -40, 0));
  operation.line = {{"kind", "sale"}, {"buyer", buyer}, {"seller", seller}, {"amount", 40}};
  return operation;
}

void AuditShop::declare(const std::string& buyer, const Operation& operation, const Entry& entry) {
  const Hold hold{.intent = operation.intent,
                  .sequence = entry.sequence,
                  .first = entry.number,
                  .last = entry.number + 7,
                  .issued = {},
                  .reserve = {{"balance", -40}}};
  Decision decision = [&](Participant& participant) {
    participant.holds.push_back(hold);
    return Verdict::write;
  };
  const auto updated =
      run(shop.journal().participants().update(account_key(name(buyer)), decision));
  ASSERT_TRUE(updated && *updated == Updated::written);
}

std::string entry_of(const std::string& sequence, std::uint64_t entry) {
  return Sequence{sequence}.entry(EntryNumber{entry}).text();
}

std::string receipt_of(const std::string& sequence, std::uint64_t entry) {
  return Sequence{sequence}.receipt(EntryNumber{entry}).text();
}

}  // namespace posse
