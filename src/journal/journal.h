/// The journal of one node: operations on many documents that happen as a whole, exactly once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "core/task_group.h"
#include "journal/composer.h"
#include "journal/counters.h"
#include "journal/declarer.h"
#include "journal/driven.h"
#include "journal/effect.h"
#include "journal/finisher.h"
#include "journal/order.h"
#include "journal/participants.h"
#include "journal/reader.h"
#include "journal/resolver.h"
#include "journal/sequences.h"
#include "journal/turns.h"
#include "journal/turnstile.h"
#include "posse/clock.h"
#include "posse/random.h"
#include "posse/store.h"

namespace posse {

/// Drives operations through declare, claim, receipt, settle and publish. Lives on one executor,
/// with everything it is given; close() it before it goes.
class Journal {
 public:
  struct Doors {
    Store& store;
    Clock& clock;
    Random& random;
    boost::asio::any_io_executor executor;
  };

  Journal(Doors doors, Announcer& announcer);

  /// Sequences whose name starts with `family` and a slash are composed by `composer`, from now
  /// on; `journal` has the plain one from the start.
  void compose_with(std::string family, std::unique_ptr<Composer> composer);

  /// Commits the order, or finds what became of it earlier. The answer comes when the operation is
  /// decided and durable; settling goes on behind it.
  /// Errors: the store's, `unreadable`, `contended`: then it is not committed by this call.
  Task<Result<Outcome>> commit(Order order);

  /// A kind of effect besides those of posse/effect.h. Before the first order.
  void learn(std::string name, std::unique_ptr<EffectKind> kind) {
    kinds_.learn(std::move(name), std::move(kind));
  }
  bool knows(const std::string& kind) const { return kinds_.find(kind) != nullptr; }

  /// What became of an earlier order with `request`, whose guard was `guard`; decides it if it is
  /// held. Empty: it is not committed and never will be, unless somebody is still asking for it.
  /// Errors: as commit().
  Task<Result<std::optional<Committed>>> find(Key guard, RequestKey request);

  /// The participants as they are at one moment; those that are missing are not there. Takes a turn
  /// among those who hold them where it does not come otherwise.
  /// Errors: the store's; `unreadable`; `contended`.
  Task<Result<std::vector<Participant>>> read(std::vector<Key> keys);

  /// A generic journal to commit into, chosen by chance; created if it is new.
  Task<Result<Sequence>> some_journal();

  /// Waits for all work in the background. Nothing may be started afterwards.
  Task<void> close() { return tasks_.join(); }

  Sequences& sequences() { return sequences_; }
  Participants& participants() { return participants_; }
  Finisher& finisher() { return finisher_; }
  Resolver& resolver() { return resolver_; }
  const JournalCounters& counters() const { return counters_; }
  TaskGroup& tasks() { return tasks_; }

 private:
  struct Drive;

  Task<Result<std::optional<Outcome>>> attempt(Drive* drive);
  Task<Result<std::optional<Outcome>>> claim(Drive* drive);
  Task<Result<std::optional<Outcome>>> choose_and_claim(Drive* drive);
  std::optional<Refusal> choose(Drive* drive, const std::vector<Participant>& participants) const;
  Turns::Places places_of(const Order& order) const;
  std::set<Key> exclusive_keys(const Order& order) const;
  Task<Result<Outcome>> refuse_or_recall(const Order* order, Refusal refusal);
  Task<Result<std::optional<Outcome>>> recall(Key guard, RequestKey request);
  Task<Result<std::optional<std::vector<Participant>>>> read_in_turn(std::set<Key> keys);
  Task<Result<std::optional<std::vector<Participant>>>> read_held(const Attempt* attempt,
                                                                  std::set<Key> keys);
  Task<Result<std::optional<Outcome>>> recall_settled(Settled settled);
  Task<Result<bool>> is_absent(Key guard, RequestKey request);
  std::shared_ptr<Operation> operation_of(Drive& drive);
  void start_attempt(Drive& drive);
  std::shared_ptr<Turnstile> turnstile(const Sequence& sequence);
  const Composer* composer_of(const Sequence& sequence) const;
  void let_idle_ones_go();

  Doors doors_;
  Announcer& announcer_;
  JournalCounters counters_;
  EffectKinds kinds_;
  TaskGroup tasks_;
  Turns turns_;
  Driven driven_;
  Sequences sequences_;
  Participants participants_;
  Finisher finisher_;
  Resolver resolver_;
  Declarer declarer_;
  Reader reader_;
  std::map<std::string, std::unique_ptr<Composer>> composers_;
  std::map<Sequence, std::shared_ptr<Turnstile>> turnstiles_;
  std::set<Sequence> journals_seen_;
};

}  // namespace posse
