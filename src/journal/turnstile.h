/// Where the operations of one node wait for one sequence, and are claimed together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/event.h"
#include "core/task_group.h"
#include "journal/composer.h"
#include "journal/counters.h"
#include "journal/driven.h"
#include "journal/finisher.h"
#include "journal/publisher.h"
#include "journal/sequences.h"

namespace posse {

/// Tells the posse which sequence is about to be touched, so that an orphan is found.
class Announcer {
 public:
  virtual ~Announcer() = default;

  /// Returns once `sequence` is on a list that others patrol. Cheap when repeated.
  /// Errors: the store's; nothing may be claimed then.
  virtual Task<Result<void>> announce(Sequence sequence) = 0;
};

/// The operation is committed: it is operation number `slot`, in `entry`.
struct Claimed {
  EntryNumber entry{};
  Slot slot{};
  std::shared_ptr<const Entry> where;
};
/// Every position of the operation's window went to others; it is certainly not committed.
struct Passed {};
/// The store leaves an add undecided; the turnstile goes on asking.
struct Unanswered {};

using Passage = std::variant<Claimed, Refusal, Passed, Unanswered, Error>;

/// Claims one entry for all operations that wait, as one add: its winner has sold them. One add
/// at a time; the next does not wait for settling. Losing an add teaches the new tip.
class Turnstile : public std::enable_shared_from_this<Turnstile> {
 public:
  struct Parts {
    Sequences& sequences;
    Finisher& finisher;
    Clock& clock;
    const Composer& composer;
    Announcer& announcer;
    TaskGroup& tasks;
    JournalCounters& counters;
    Driven& driven;  ///< A settled one is taken out.
  };

  Turnstile(Sequence sequence, Parts parts);

  /// Whether settings and tip are known and fresh enough to compose with.
  bool is_fresh() const;

  /// Learns settings and tip, unless they are fresh.
  /// A refusal `unknown_sequence` if the sequence does not exist.
  /// Errors: the store's; `unreadable`; `contended`.
  Task<Result<std::optional<Refusal>>> open();

  /// The newest entry known; an operation's window starts after it.
  const Tip& tip() const { return *tip_; }

  /// Why `operation` would not go in now; a look without consequences.
  std::optional<Refusal> preview(const Operation& operation);

  /// An operation that waits; the turnstile's own until it is answered. Then `passage` is there.
  struct Waiting {
    std::shared_ptr<Operation> operation;
    EntryNumber last{};
    Event answered;
    std::optional<Passage> passage;
  };

  /// Lets `operation`, whose holds are declared up to `last`, wait until it is through or refused.
  /// After Unanswered its holds must be left alone; after anything but Claimed and that, none of
  /// its adds is unanswered, and its effects are what they were.
  std::shared_ptr<Waiting> pass(std::shared_ptr<Operation> operation, EntryNumber last);

  bool full() const;
  bool idle() const {
    return waiting_.empty() && !running_ && unsettled_ == 0 && publisher_.idle();
  }

 private:
  using Batch = std::vector<std::shared_ptr<Waiting>>;
  /// Does not fit behind others in an entry: true only once that entry is.
  struct LeftOut {
    std::shared_ptr<Waiting> waiting;
    Refusal refusal;
  };
  /// An entry that is being claimed, and whose operations are in it.
  struct Claim {
    Entry entry;
    Bytes bytes;
    Batch batch;
    std::vector<LeftOut> left_out;
    bool undecided = false;  ///< Some add of it was not answered: it may be in the store.
    std::string failure;     ///< What the store said when it failed last.
  };

  Task<void> run();
  Task<void> claim_next();
  Task<std::optional<Write>> add_until_decided(Claim* claim);
  Task<void> look_who_was_first(Claim* claim);
  Task<void> catch_up();
  Task<void> settle(std::shared_ptr<const Entry> entry, Tip tip);
  Task<void> publish();
  void learn(Tip tip);
  Ground ground() const;
  const Entry& next_now();
  Claim compose();
  bool let_pass(Claim* claim, std::shared_ptr<const Entry> entry, const Tip& tip);
  void take_back(Claim& claim) const;
  void refuse_left_out(Claim& claim);
  void give_back(const Claim& claim);
  void drop_passed();
  static void answer(Waiting& waiting, Passage passage);

  Sequence sequence_;
  Parts parts_;
  Publisher publisher_;
  boost::json::object settings_;
  std::shared_ptr<const Terms> terms_;
  std::optional<Tip> tip_;
  Entry next_;  // as long as nothing is in it
  Steady refreshed_{};
  std::deque<std::shared_ptr<Waiting>> waiting_;
  std::size_t unsettled_ = 0;
  std::unique_ptr<Event> room_;  // set when an entry is settled
  bool running_ = false;
};

}  // namespace posse
