/// Typed view of participants: one lane per document, in which steps of this node swap together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/event.h"
#include "journal/counters.h"
#include "journal/participant.h"
#include "posse/clock.h"
#include "posse/random.h"
#include "posse/store.h"

namespace posse {

/// What a step decided on the participant that it was shown.
enum class Verdict : std::uint8_t {
  keep,     ///< Nothing to write: what the step wants to know is in the document.
  write,    ///< The step changed the document: swap it in.
  confirm,  ///< Nothing changed, but what was *not* seen counts: swap it in as it is.
};

/// How an update ended.
enum class Updated : std::uint8_t {
  kept,     ///< The step's last verdict was keep.
  written,  ///< The store accepted the step's last verdict.
  absent,   ///< There is no such document; the step was not asked.
};

/// What a step is shown where there is no document: nothing, or one that is not there, which the
/// store will add if the step writes it.
enum class Absence : std::uint8_t { is_told, is_shown };

/// Pages `from` to `to`, that one not among them.
struct Pages {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

/// A step's decision: shown the participant, it may change it. Asked again for every new read,
/// so it decides from the document alone, and recognises its own work there.
using Decision = std::function<Verdict(Participant&)>;

/// Read, decide, write, until the store accepts: steps of the protocol are decisions, and this is
/// the loop round all of them. Steps of one node that wait for the same document are decided on
/// one read and swapped by one cas. A document this node has just written is remembered, so
/// that settling needs no second read; a remembered one is never evidence of absence.
class Participants {
 public:
  struct Doors {
    Store& store;
    Clock& clock;
    Random& random;
  };

  Participants(Doors doors, JournalCounters& counters) : doors_(doors), counters_(counters) {}

  /// Errors: the store's; `unreadable`; `contended` after `swaps_max` lost rounds. After an error
  /// the write may still be there if some round of it was unknown.
  Task<Result<Updated>> update(Key key, Decision decision, Absence absence = Absence::is_told);

  /// One fresh read; empty if there is none.
  Task<Result<std::optional<Participant>>> get(Key key);

  /// Creates a participant; refused if it is there. Unknown: repeat as is.
  Task<Result<Write>> create(Key key, boost::json::object data);

  /// Looks through `pages` of spilled settlements, which the participant says exist, newest first;
  /// empty if `wanted` is true for none.
  /// Errors: the store's; `unreadable`; `contended` if reads deny a page.
  Task<Result<std::optional<Settled>>> find_spilled(Key key, Pages pages,
                                                    std::function<bool(const Settled&)> wanted);

  /// A page of spilled settlements, which the participant says exists: settled_page of them, oldest
  /// first.
  /// Errors: the store's; `unreadable`; `contended` if reads deny it.
  Task<Result<Settlements>> page(Key key, std::uint64_t page);

 private:
  struct Step {
    Decision decision;
    Absence absence;
    Verdict verdict = Verdict::keep;
    Event turn;
    std::optional<Result<Updated>> result;
  };
  using Steps = std::vector<Step*>;
  struct Lane {
    Steps waiting;
    bool busy = false;
  };
  struct Read {
    Participant participant = {};
    std::optional<Version> version = {};  ///< Empty: there is no document.
    bool fresh = true;
  };
  struct Remembered {
    Participant participant;
    Version version{};
    std::list<const Key*>::iterator age;
  };
  using Memory = std::map<Key, Remembered>;

  Task<Result<void>> swap(const Key* key, const Steps* steps);
  static bool decide(const Steps& steps, Read& read);
  static void conclude(const Steps& steps);
  bool recall(const Key& key, Read& read);
  static std::optional<Error> show(const Key& key, const std::optional<Document>& document,
                                   Read& read);
  Task<Result<Written>> write(const Key& key, const Read& read);
  Task<Result<void>> spill(const Key* key, Participant* participant);
  Task<void> pause();
  void remember(const Key& key, Participant participant, Version version);
  void forget(Memory::iterator known);

  Doors doors_;
  JournalCounters& counters_;
  std::map<Key, Lane> lanes_;
  Memory remembered_;
  std::list<const Key*> ages_;  // oldest first
};

}  // namespace posse
