/// A small world for tests of the patrol.
// SPDX-License-Identifier: Apache-2.0
#include "patrol_world.h"

#include <gtest/gtest.h>

namespace posse {
namespace {

Error is_down() {
  return Error{Errc::unavailable, "the store is down"};
}

Written unknown() {
  return Written{.answer = Write::unknown, .version = {}};
}

}  // namespace

Task<void> nothing() {
  co_return;
}

Task<Result<std::optional<Document>>> FaultyStore::get(Key key) {
  const Fault now = ask("get", key);
  if (meanwhile) co_await meanwhile("get", key);
  if (now != Fault::none) co_return is_down();
  co_return co_await store_.get(std::move(key));
}

Task<Result<Written>> FaultyStore::add(Key key, Bytes value) {
  const Fault now = ask("add", key);
  if (meanwhile) co_await meanwhile("add", key);
  if (now == Fault::unavailable) co_return is_down();
  if (now == Fault::unknown_lost) co_return unknown();
  auto written = co_await store_.add(std::move(key), std::move(value));
  if (now == Fault::unknown_applied) co_return unknown();
  co_return written;
}

Task<Result<Written>> FaultyStore::cas(Key key, Version version, Bytes value) {
  const Fault now = ask("cas", key);
  if (meanwhile) co_await meanwhile("cas", key);
  if (now == Fault::unavailable) co_return is_down();
  if (now == Fault::unknown_lost) co_return unknown();
  auto written = co_await store_.cas(std::move(key), version, std::move(value));
  if (now == Fault::unknown_applied) co_return unknown();
  co_return written;
}

int FaultyStore::writes() {
  return calls["add"] + calls["cas"];
}

Fault FaultyStore::ask(const std::string& call, const Key& key) {
  ++calls[call];
  return fault ? fault(call, key) : Fault::none;
}

Books::Books(Store& store, Clock& clock, Random& random, boost::asio::any_io_executor executor)
    : sequences(store, clock),
      participants({store, clock, random}, counters),
      finisher({sequences, participants, kinds}, clock, std::move(executor), counters) {}

Books::~Books() = default;

World::World() = default;
World::~World() = default;

void World::pass(std::chrono::milliseconds time) {
  run(clock.sleep(time));
}

std::string World::bytes(const Key& key) {
  const auto read = run(store.get(key));
  return read && *read ? (*read)->value : std::string();
}

void World::create(const Sequence& sequence) {
  const auto created = run(books.sequences.create_head(sequence, {}));
  ASSERT_TRUE(created);
}

EntryNumber World::head(const Sequence& sequence) {
  const auto read = run(books.sequences.head(sequence));
  return read && *read ? (*read)->head.tip.entry : EntryNumber{};
}

Key World::account(const std::string& name) {
  Key key{"account/" + name};
  const auto created = run(books.participants.create(key, {{"balance", 100}}));
  EXPECT_TRUE(created);
  return key;
}

Participant World::participant(const Key& key) {
  const auto read = run(books.participants.get(key));
  return **read;
}

Operation World::payment(const Key& account) {
  Operation operation;
  operation.intent = Intent::attempt(request_key(account.text(), "pay", {}), random);
  operation.effects.push_back(add_effect(account, "balance", -30, 0));
  operation.line = {{"buyer", account.text()}};
  return operation;
}

void World::declare(const Sequence& sequence, const Operation& operation) {
  const Hold hold{.intent = operation.intent,
                  .sequence = sequence,
                  .first = EntryNumber{1},
                  .last = EntryNumber{64},
                  .issued = {},
                  .reserve = {{"balance", -30}}};
  Decision decision = [&](Participant& participant) {
    participant.holds.push_back(hold);
    return Verdict::write;
  };
  const auto updated = run(books.participants.update(operation.effects[0].key, decision));
  ASSERT_TRUE(updated && *updated == Updated::written);
}

StoredEntry World::claim(const Sequence& sequence, std::vector<Operation> operations) {
  const auto tip = run(books.sequences.newest_tip(sequence, empty_tip(sequence)));
  Entry entry = next_entry(sequence, *tip, clock.now());
  entry.operations = std::move(operations);
  const Bytes bytes = write_entry(entry);
  const auto added = run(books.sequences.add_entry(sequence, entry.number, bytes));
  EXPECT_TRUE(added && *added == Write::done);
  return {.entry = std::make_shared<const Entry>(entry), .tip = entry.tip(bytes)};
}

Key World::orphan(const Sequence& sequence, const std::string& buyer) {
  Key key = account(buyer);
  const Operation operation = payment(key);
  declare(sequence, operation);
  claim(sequence, {operation});
  return key;
}

}  // namespace posse
