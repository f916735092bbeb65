/// Why a document is held, by which operation, and what comes next: for people who wait for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/entry.h"
#include "journal/participant.h"
#include "journal/participants.h"
#include "journal/sequences.h"

namespace posse {

/// How far an operation is that holds a document.
enum class Stage : std::uint8_t {
  undecided,  ///< Declared, not claimed: the first open entry of its window is still to come.
  waiting,    ///< The same, and it stands behind another hold that it conflicts with.
  committed,  ///< In an entry that the head has not passed: about to be settled.
  unsettled,  ///< In an entry that the head has passed: the books are broken (I6).
  passed,     ///< Every entry of its window went to others: this attempt comes to nothing.
  stray,      ///< Its sequence does not exist: nobody can decide it (I9).
  over,       ///< It was decided while we looked.
};

/// A hold and what the journal shows of its operation. As long as that is not committed, nobody but
/// its driver knows its effects: a hold says what they are promised, and no more.
struct HeldBy {
  Hold hold;
  Stage stage{};
  EntryNumber open{};                  ///< First of its window that nobody has claimed, or 0.
  std::optional<Intent> behind;        ///< The first hold before it that it conflicts with.
  std::shared_ptr<const Entry> entry;  ///< The one that has committed it; null if none has.

  /// For how long whoever uses the document now may wait until this is decided, whether or not its
  /// driver lives. Empty: for ever.
  std::optional<std::chrono::milliseconds> within;

  const Operation* operation() const { return entry ? entry->find(hold.intent) : nullptr; }
};

/// An operation that was settled on the document. Without an entry, the store denies what the
/// document says (I5).
struct SettledBy {
  Settled settled;
  std::shared_ptr<const Entry> entry;
  bool changes = false;  ///< It did more to the document than `check` it.

  const Operation* operation() const { return entry ? entry->find(settled.intent) : nullptr; }
};

/// What there is to say of a document, as it was at one read.
struct Explanation {
  enum class What : std::uint8_t {
    nothing,      ///< The store has no such key.
    foreign,      ///< Nothing that operations change; `why` says how one can tell.
    participant,  ///< An account, or somebody's document. The rest is said of these.
  };

  Key key;
  What what{};
  std::string why;
  bool is_there = false;  ///< Else it was removed, or is about to be created.
  State state;
  std::vector<HeldBy> held;          ///< In the order of the queue.
  std::uint64_t settled = 0;         ///< Operations, in all.
  std::optional<SettledBy> changed;  ///< The last of them that did more than `check`, if the
                                     ///< document still names it; else the last one.
};

/// Reads a document and the entries that it names. Writes nothing and decides nothing, so what it
/// says of an operation under way may be outdated by the time somebody hears it.
/// Errors: the store's; `unreadable`, of an entry or a head.
class Explainer {
 public:
  Explainer(Sequences& sequences, Participants& participants)
      : sequences_(sequences), participants_(participants) {}

  Task<Result<Explanation>> explain(Key key);

 private:
  Task<Result<std::vector<HeldBy>>> look_at_holds(Key key, const Participant* seen);
  Task<Result<HeldBy>> look(Hold hold);
  Task<Result<std::optional<SettledBy>>> last_change(Key key, std::vector<Settled> rows);

  Sequences& sequences_;
  Participants& participants_;
};

}  // namespace posse
