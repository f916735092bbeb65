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

/// What others do who do nothing.
Task<void> nothing();

/// A memory store that counts calls and does what a test tells it to.
class FaultyStore final : public Store {
 public:
  /// Asked for every call: its name (`get`, `add`, `cas`) and key.
  std::function<Fault(const std::string&, const Key&)> fault;
  /// What others do before a call takes effect.
  std::function<Task<void>(std::string, Key)> meanwhile;
  std::map<std::string, int> calls;

  int writes();

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;

 private:
  Fault ask(const std::string& call, const Key& key);

  MemoryStore store_;
};

/// What one node knows of sequences and participants.
struct Books {
  Books(Store& store, Clock& clock, Random& random, boost::asio::any_io_executor executor);
  Books(const Books&) = delete;
  Books& operator=(const Books&) = delete;
  ~Books();

  JournalCounters counters;
  EffectKinds kinds;
  Sequences sequences;
  Participants participants;
  Finisher finisher;
};

/// Everything outside of the nodes.
struct World {
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  boost::asio::io_context io;
  FakeClock clock;
  SeededRandom random{7};
  FaultyStore store;
  VirtualRun run{io, clock};
  Books books{store, clock, random, io.get_executor()};

  void pass(std::chrono::milliseconds time);

  /// The bytes at `key`; empty if there is nothing.
  std::string bytes(const Key& key);

  void create(const Sequence& sequence);
  EntryNumber head(const Sequence& sequence);

  /// An account with 100 to spend.
  Key account(const std::string& name);

  Participant participant(const Key& key);

  /// Takes 30 from `account`: what a purchase is to the journal.
  Operation payment(const Key& account);

  /// The first step of a driver.
  void declare(const Sequence& sequence, const Operation& operation);

  /// The second step; then the driver dies. No operations: a fence.
  StoredEntry claim(const Sequence& sequence, std::vector<Operation> operations);

  /// A payment that was claimed by a driver who is dead now.
  Key orphan(const Sequence& sequence, const std::string& buyer);
};

}  // namespace posse
