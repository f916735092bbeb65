/// Declaring: the first step of an operation, a hold in every participant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <variant>

#include "core/task_group.h"
#include "journal/driven.h"
#include "journal/entry.h"
#include "journal/finisher.h"
#include "journal/participants.h"
#include "journal/resolver.h"

namespace posse {

/// A hold is in every participant of the operation.
struct Declared {};
/// The guard shows an earlier attempt at the same request: held, or settled.
struct Earlier {};

/// Our hold waited in a queue, and was decided there by somebody who did not wait as long.
struct Lost {};

using Declaration = std::variant<Declared, Earlier, Lost, Refusal>;

/// One attempt at an order: its operation and the hold it puts into each participant.
struct Attempt {
  std::shared_ptr<Operation> operation;
  Key guard;
  RequestKey request;
  bool is_new = false;
  Hold hold;                     ///< Without reserve: that follows from each participant's effects.
  std::optional<Hold> previous;  ///< Our own of an attempt that passed: goes out as ours goes in.
};

/// Puts holds in and takes them out again for their own driver. An Attempt that is handed in
/// outlives the call.
/// Errors: the store's; `unreadable`; `contended`.
class Declarer {
 public:
  Declarer(Finisher::Views views, Resolver& resolver, TaskGroup& tasks, Driven& driven)
      : views_(views), resolver_(resolver), tasks_(tasks), driven_(driven) {}

  /// Declares on the guard first, then in key order; where effects are exclusive that is one order
  /// for everybody, so that nobody waits in a circle. Where a document is held by somebody whom
  /// ours conflicts with, our hold waits behind theirs: first come, first served. Where funds or
  /// room are spoken for by holds of others, those are decided first. On anything but Declared no
  /// hold of this attempt is left, unless an error came in between.
  Task<Result<Declaration>> declare(const Attempt* attempt);

  /// Why the operation's effects on `key` cannot be had on `participant`; empty if they can, and
  /// `hold` has what they set aside.
  std::optional<Refusal> promise(const Attempt& attempt, const Key& key,
                                 const Participant& participant, Hold& hold) const;

  /// Takes `hold` out of every participant of the attempt: its driver has given up, and none of
  /// its adds is unanswered.
  Task<Result<void>> release(const Attempt* attempt, Hold hold);

 private:
  struct Look;

  Task<Result<Declaration>> declare_on(const Attempt* attempt, const Key* key);
  Task<Result<std::optional<Declaration>>> declare_once(const Attempt* attempt, const Key* key,
                                                        Look* seen);
  Task<Result<bool>> release_on(Key key, Hold hold);
  Task<void> help(Key key, Hold hold);
  void help_later(const Key& key, const std::vector<Hold>& holds);
  Task<Result<void>> wait_for(const Attempt* attempt, Key key, Hold other);
  Verdict decide(const Attempt& attempt, const Key& key, Participant& participant,
                 Look& look) const;
  void decide_guard(const Attempt& attempt, const Participant& participant, Look& look) const;
  bool is_exclusive(const Operation& operation, const Key& key) const;
  Hold* place(const Attempt& attempt, const Key& key, Participant& participant) const;

  Finisher::Views views_;
  Resolver& resolver_;
  TaskGroup& tasks_;
  Driven& driven_;
  std::set<Intent> helping_;  // holds of others that are being decided in the background
};

}  // namespace posse
