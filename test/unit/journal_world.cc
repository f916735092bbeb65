/// Nodes with journals for unit tests.
// SPDX-License-Identifier: Apache-2.0
#include "journal_world.h"

#include <set>

#include <gtest/gtest.h>

#include "patrol/round.h"

namespace posse {
namespace {

Task<void> keep(Journal* journal, Order order, std::optional<Result<Outcome>>* outcome) {
  auto answer = co_await journal->commit(std::move(order));
  outcome->emplace(std::move(answer));
}

}  // namespace

Task<Result<void>> NoPosse::announce(Sequence /*sequence*/) {
  co_return Result<void>{};
}

Connection::Connection(Store& store) : store_(store) {}
Connection::~Connection() = default;

void Connection::die_at(int call, LastCall last) {
  dies_at_ = calls_ + call;
  last_ = last;
}

void Connection::bury() {
  dead_ = true;
  buried_ = true;
  for (auto& one : std::exchange(parked_, {})) one->set();
}

template <class T>
Task<Result<T>> Connection::never() {
  if (!buried_) {
    auto end = std::make_shared<Event>();
    parked_.push_back(end);
    co_await end->wait();
  }
  co_return Error{Errc::unavailable, "the node is dead"};
}

Task<Result<std::optional<Document>>> Connection::get(Key key) {
  if (dies_now() || dead_) co_return co_await never<std::optional<Document>>();
  const auto old = stale.find(key);
  if (old != stale.end() && old->second.times-- > 0) co_return old->second.shown;
  co_return co_await store_.get(std::move(key));
}

Task<Result<Written>> Connection::add(Key key, Bytes value) {
  const bool last = dies_now();
  if (dead_ && !(last && last_ == LastCall::applied)) co_return co_await never<Written>();
  const auto written = co_await store_.add(std::move(key), std::move(value));
  if (last) co_return co_await never<Written>();
  co_return written;
}

Task<Result<Written>> Connection::cas(Key key, Version version, Bytes value) {
  const bool last = dies_now();
  if (dead_ && !(last && last_ == LastCall::applied)) co_return co_await never<Written>();
  const auto written = co_await store_.cas(std::move(key), version, std::move(value));
  if (last) co_return co_await never<Written>();
  co_return written;
}

bool Connection::dies_now() {
  if (dead_ || calls_++ != dies_at_) return false;
  return dead_ = true;
}

Node::Node(World& the_world, std::uint64_t seed)
    : world(the_world),
      random(seed),
      store(the_world.store),
      journal({store, the_world.clock, random, the_world.io.get_executor()}, posse),
      requests(the_world.io.get_executor()) {}

Node::~Node() {
  close();
}

void Node::close() {
  if (store.is_dead()) store.bury();
  world.run(requests.join());
  world.run(journal.close());
}

Outcome Node::commit(Order order) {
  const auto outcome = world.run(journal.commit(std::move(order)));
  if (outcome) return *outcome;
  ADD_FAILURE() << outcome.error().detail;
  return Refusal{.code = "error", .detail = outcome.error().detail, .more = {}};
}

void Node::start(Order order, std::optional<Result<Outcome>>* outcome) {
  requests.spawn(keep(&journal, std::move(order), outcome));
}

Order payment_of(const Key& account, const std::string& name, std::int64_t amount) {
  Order order;
  order.sequence = Sequence{"journal/1"};
  order.guard = account;
  order.request = request_key(account.text(), name, Time{std::chrono::milliseconds{1000}});
  order.effects.push_back(add_effect(account, "balance", -amount, 0));
  order.line = {{"amount", amount}};
  return order;
}

Order transfer_of(const Key& from, const Key& to, const std::string& name) {
  Order order = payment_of(from, name);
  order.effects.push_back(add_effect(to, "balance", 30));
  return order;
}

const Committed* committed(const Outcome& outcome) {
  return std::get_if<Committed>(&outcome);
}

std::string refusal_code(const Outcome& outcome) {
  const auto* refusal = std::get_if<Refusal>(&outcome);
  return refusal == nullptr ? std::string() : refusal->code;
}

Slot slot_of(const Outcome& outcome) {
  const auto* found = committed(outcome);
  return found == nullptr ? Slot{} : found->slot;
}

std::vector<StoredEntry> sound_entries(World& world, const Sequence& sequence) {
  std::vector<StoredEntry> entries;
  std::set<Intent> intents;
  Tip tip = empty_tip(sequence);
  while (true) {
    auto stored = world.run(world.books.sequences.entry(sequence, tip.entry + 1));
    if (!stored || !*stored) break;
    const Entry& entry = *(*stored)->entry;
    EXPECT_EQ(entry.previous, tip.hash);
    EXPECT_EQ(entry.first_slot, tip.slot + 1);
    EXPECT_GE(entry.time, tip.time);
    for (const auto& operation : entry.operations) {
      EXPECT_TRUE(intents.insert(operation.intent).second) << "twice: " << operation.intent.text();
    }
    tip = (*stored)->tip;
    entries.push_back(**std::move(stored));
  }
  return entries;
}

Owed owed_to(const Key& key, const std::vector<StoredEntry>& entries) {
  Owed owed;
  for (const auto& stored : entries) {
    for (const auto& operation : stored.entry->operations) {
      for (const auto& effect : operation.effects) {
        if (effect.key != key) continue;
        owed.intents.insert(operation.intent);
        owed.amount += effect.details.at("amount").as_int64();
      }
    }
  }
  return owed;
}

void expect_at_rest(World& world, const Sequence& sequence, const std::vector<Key>& keys) {
  const auto entries = sound_entries(world, sequence);
  EXPECT_EQ(world.head(sequence), EntryNumber{entries.size()});
  for (const auto& stored : entries) {
    const bool has_receipt = !world.bytes(sequence.receipt(stored.entry->number)).empty();
    EXPECT_NE(has_receipt, stored.entry->is_fence());
  }
  for (const auto& key : keys) {
    const Owed owed = owed_to(key, entries);
    const Participant participant = world.participant(key);
    EXPECT_EQ(participant.value("balance"), 100 + owed.amount) << key.text();
    EXPECT_GE(participant.value("balance"), 0);
    EXPECT_TRUE(participant.holds.empty()) << key.text();
    EXPECT_EQ(participant.settled.size() + participant.pages * 16, owed.intents.size());
  }
}

void recover(World& world, const Sequence& sequence, const std::vector<Key>& keys) {
  Node helper(world, 99);
  Round round(helper.journal.sequences(), helper.journal.finisher(), world.clock);
  const Found found = world.run(round.run(sequence));
  EXPECT_FALSE(found.failure) << found.failure->detail;
  for (const auto& key : keys) {
    const auto resolved = world.run(helper.journal.resolver().resolve_all(key));
    EXPECT_TRUE(resolved) << resolved.error().detail;
  }
  EXPECT_TRUE(helper.journal.counters().alarms.empty());
}

}  // namespace posse
