/// A small world for tests of the patrol: one store with faults, virtual time, and nodes in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/intent.h"
#include "fake_clock.h"
#include "journal/finisher.h"
#include "journal/participants.h"
#include "journal/sequences.h"
#include "stores/memory/memory_store.h"

namespace posse {

/// What a store may do to one call.
enum class Fault : std::uint8_t {
  none,
  unavailable,      ///< It fails, for certain.
  unknown_applied,  ///< A write happens, its answer is lost.
  unknown_lost,     ///< A write does not happen, nobody knows.
};

/// A memory store that counts calls and does what a test tells it to.
class FaultyStore final : public Store {
 public:
  /// Asked for every call: its name (`get`, `add`, `cas`) and key.
  std::function<Fault(const std::string&, const Key&)> fault;
  /// What others do before a call takes effect.
  std::function<Task<void>(std::string, Key)> meanwhile;
  std::map<std::string, int> calls;

  int writes() { return calls["add"] + calls["cas"]; }

  Task<Result<std::optional<Document>>> get(Key key) override {
    const Fault now = ask("get", key);
    if (meanwhile) co_await meanwhile("get", key);
    if (now != Fault::none) co_return down();
    co_return co_await store_.get(std::move(key));
  }

  Task<Result<Written>> add(Key key, Bytes value) override {
    const Fault now = ask("add", key);
    if (meanwhile) co_await meanwhile("add", key);
    if (now == Fault::unavailable) co_return down();
    if (now == Fault::unknown_lost) co_return unknown();
    auto written = co_await store_.add(std::move(key), std::move(value));
    if (now == Fault::unknown_applied) co_return unknown();
    co_return written;
  }

  Task<Result<Written>> cas(Key key, Version version, Bytes value) override {
    const Fault now = ask("cas", key);
    if (meanwhile) co_await meanwhile("cas", key);
    if (now == Fault::unavailable) co_return down();
    if (now == Fault::unknown_lost) co_return unknown();
    auto written = co_await store_.cas(std::move(key), version, std::move(value));
    if (now == Fault::unknown_applied) co_return unknown();
    co_return written;
  }

 private:
  Fault ask(const std::string& call, const Key& key) {
    ++calls[call];
    return fault ? fault(call, key) : Fault::none;
  }
  static Error down() { return Error{Errc::unavailable, "the store is down"}; }
  static Written unknown() { return Written{.answer = Write::unknown, .version = {}}; }

  MemoryStore store_;
};

/// What one node knows of sequences and participants.
struct Books {
  Books(Store& store, Clock& clock, Random& random, boost::asio::any_io_executor executor)
      : sequences(store, clock),
        participants({store, clock, random}, counters),
        finisher({sequences, participants, kinds}, clock, std::move(executor), counters) {}

  JournalCounters counters;
  EffectKinds kinds;
  Sequences sequences;
  Participants participants;
  Finisher finisher;
};

/// Everything outside of the nodes.
struct World {
  boost::asio::io_context io;
  FakeClock clock;
  SeededRandom random{7};
  FaultyStore store;
  VirtualRun run{io, clock};
  Books books{store, clock, random, io.get_executor()};

  void pass(std::chrono::milliseconds time) { run(clock.sleep(time)); }

  /// The bytes at `key`; empty if there is nothing.
  std::string bytes(const Key& key) {
    const auto read = run(store.get(key));
    return read && *read ? (*read)->value : std::string();
  }

  void create(const Sequence& sequence) {
    const auto created = run(books.sequences.create_head(sequence, {}));
    ASSERT_TRUE(created);
  }

  EntryNumber head(const Sequence& sequence) {
    const auto read = run(books.sequences.head(sequence));
    return read && *read ? (*read)->head.tip.entry : EntryNumber{};
  }

  /// An account with 100 to spend.
  Key account(const std::string& name) {
    Key key{"account/" + name};
    const auto created = run(books.participants.create(key, {{"balance", 100}}));
    EXPECT_TRUE(created);
    return key;
  }

  Participant participant(const Key& key) {
    const auto read = run(books.participants.get(key));
    return **read;
  }

  /// Takes 30 from `account`: what a purchase is to the journal.
  Operation payment(const Key& account) {
    Operation operation;
    operation.intent = Intent::attempt(request_key(account.text(), "pay", {}), random);
    operation.effects.push_back(add_effect(account, "balance", -30, 0));
    operation.line = {{"buyer", account.text()}};
    return operation;
  }

  /// The first step of a driver.
  void declare(const Sequence& sequence, const Operation& operation) {
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

  /// The second step; then the driver dies. No operations: a fence.
  StoredEntry claim(const Sequence& sequence, std::vector<Operation> operations) {
    const auto tip = run(books.sequences.newest_tip(sequence, empty_tip(sequence)));
    Entry entry = next_entry(sequence, *tip, clock.now());
    entry.operations = std::move(operations);
    const Bytes bytes = write_entry(entry);
    const auto added = run(books.sequences.add_entry(sequence, entry.number, bytes));
    EXPECT_TRUE(added && *added == Write::done);
    return {.entry = std::make_shared<const Entry>(entry), .tip = entry.tip(bytes)};
  }

  /// A payment that was claimed by a driver who is dead now.
  Key orphan(const Sequence& sequence, const std::string& buyer) {
    Key key = account(buyer);
    const Operation operation = payment(key);
    declare(sequence, operation);
    claim(sequence, {operation});
    return key;
  }
};

}  // namespace posse
