/// Nodes with journals for unit tests, and a connection to the store that can be cut.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/event.h"
#include "core/task_group.h"
#include "journal/journal.h"
#include "patrol_world.h"

namespace posse {

/// Accepts every announcement.
class NoPosse final : public Announcer {
 public:
  Task<Result<void>> announce(Sequence /*sequence*/) override;
};

/// What becomes of the call at which a node dies: the store never got it, or the answer came too
/// late.
enum class LastCall : std::uint8_t { lost, applied };

/// One node's connection to the store. After `die_at` calls none is answered any more; what waits
/// is let go by bury(), so that tests leave nothing behind.
class Connection final : public Store {
 public:
  explicit Connection(Store& store);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  /// The node dies at its call number `call`, counted from now, from 0.
  void die_at(int call, LastCall last);

  /// What the next reads of a key show instead of the truth: something older, or nothing.
  struct Stale {
    std::optional<Document> shown;
    int times = 1;
  };
  std::map<Key, Stale> stale;

  int calls() const { return calls_; }
  bool is_dead() const { return dead_; }

  void bury();

  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;

 private:
  bool dies_now();

  template <class T>
  Task<Result<T>> never();

  Store& store_;
  int calls_ = 0;
  int dies_at_ = -1;
  LastCall last_ = LastCall::lost;
  bool dead_ = false;
  bool buried_ = false;
  std::vector<std::shared_ptr<Event>> parked_;
};

/// A node that drives operations.
struct Node {
  explicit Node(World& the_world, std::uint64_t seed = 1);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  /// Ends what runs here; a dead node is buried first.
  void close();

  Outcome commit(Order order);

  /// Starts an order beside the test; `outcome`, which outlives the node, is set when it is
  /// answered.
  void start(Order order, std::optional<Result<Outcome>>* outcome);

  World& world;
  SeededRandom random;
  NoPosse posse;
  Connection store;
  Journal journal;
  TaskGroup requests;
};

/// Takes `amount` from `account`, never below zero.
Order payment_of(const Key& account, const std::string& name, std::int64_t amount = 30);

/// Moves `amount` from one account to another.
Order transfer_of(const Key& from, const Key& to, const std::string& name);

const Committed* committed(const Outcome& outcome);
std::string refusal_code(const Outcome& outcome);
Slot slot_of(const Outcome& outcome);

/// Every entry of `sequence`, checked on the way: the chain, the slots, the intents (I1 I2 I3).
std::vector<StoredEntry> sound_entries(World& world, const Sequence& sequence);

/// What the entries say of one participant.
struct Owed {
  std::int64_t amount = 0;
  std::set<Intent> intents;
};

Owed owed_to(const Key& key, const std::vector<StoredEntry>& entries);

/// Nothing is open any more: the head is at the last entry, each entry has its receipt, and each
/// participant that began with 100 shows all effects exactly once and no hold (I4 I5 I6 I8 I9).
void expect_at_rest(World& world, const Sequence& sequence, const std::vector<Key>& keys);

/// What the posse and the next visitor of each account do after a node has died.
void recover(World& world, const Sequence& sequence, const std::vector<Key>& keys);

}  // namespace posse
