/// Atomic operations on many documents of a store that knows only one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/json.hpp>

#include "posse/clock.h"
#include "posse/effect.h"
#include "posse/random.h"
#include "posse/result.h"
#include "posse/store.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// What is to happen as a whole, or not at all: 1 to 16 effects, together at most 64 KiB of JSON
/// text with their keys and `note`.
/// `request` names it for whoever may ask twice, in 1 to 128 bytes: the same request happens once,
/// however often and by whomever it is asked, and is the same change each time. Empty: nobody will
/// ask again. A version 7 UUID tells when it was made, which saves look-ups in documents that have
/// changed often. `note` stays in the journal with it.
struct Change {
  std::string request = {};
  std::vector<Effect> effects = {};
  boost::json::object note = {};
};

/// A document as a reader sees it.
struct Reading {
  std::optional<boost::json::object> value;  ///< Empty: there is none.
  State state;
};

/// What is to happen to documents as they are at that moment: see Plan.
struct Choice {
  std::vector<Effect> effects = {};
  boost::json::object note = {};
};

/// A change that depends on what is there: read, decide and write as one, with nobody in between.
/// `choose` is shown the documents at `keys`, 1 to 16 of them, in that order, and gives the effects
/// (any but `add`), at most one for each; a document without one stays as it is and counts as
/// checked. A Refusal of its own, under a code that is none of Posse's (docs/library.md; and not
/// `unknown_sequence` or `unknown_participant`), is the answer, and nothing happens. It may be
/// asked several times until its choice has happened, decides by what it is shown alone. `request`
/// as in a Change: the same request names the same documents.
struct Plan {
  std::string request = {};
  std::vector<Key> keys = {};
  std::function<std::variant<Choice, Refusal>(const std::vector<Reading>&)> choose = {};
};

/// It is in the journal, durable, and every reader sees it. `repeated`: by an earlier request of
/// the same name, whose `note` this is.
struct Happened {
  std::string journal;
  EntryNumber entry{};
  bool repeated = false;
  boost::json::object note;
};

/// Happened or not, the store does not tell yet. Documents::ask() does.
struct Pending {
  Key first;  ///< Of the documents, in key order.
  std::string request;
};

/// A Refusal changes nothing. Its codes: those of the effects; `malformed`; `too_large`, if a
/// document would come to more than 512 KiB; `request_reused`, by another change; `threw`, by
/// `choose` or an own kind; `too_many_holds` and `busy`, where the same may be asked again.
using Fate = std::variant<Happened, Refusal, Pending>;

/// A kind of effect of one's own. It has the document for itself. Every process that uses the store
/// must have learnt the same kinds by the same names, for whoever recovers applies them; the same
/// document and details must come to the same everywhere, for ever. Details
/// and documents are as they are read from JSON: a whole number that fits is an int64.
class Kind {
 public:
  virtual ~Kind() = default;

  /// Why `details` are not for this kind; empty if they are.
  virtual std::optional<Refusal> check(const boost::json::object& details) const = 0;

  /// Why the effect cannot be had on `value`, which is null where there is no document.
  virtual std::optional<Refusal> admit(const boost::json::object* value,
                                       const boost::json::object& details) const = 0;

  /// Has the effect, which admit() has not refused. Empty: no document.
  virtual void apply(std::optional<boost::json::object>& value,
                     const boost::json::object& details) const = 0;
};

/// The documents of one store, as one process uses them; any number of processes may at once.
/// A document is at the key that it is given, wrapped in what the journal needs to know of it
/// (docs/format.md); it is changed here only. Keys are 1 to 200 bytes; those that begin with
/// `access/`, `account/`, `campaign/`, `journal/`, `posse/`, `session/` or `watch/` are Posse's
/// own. Strictly serializable: a change happens at one moment between question and answer, for all
/// its documents at once, and what it checks or compares is true at that moment. Reads of one call
/// are of one such moment.
/// Lives on one executor, of one thread, with everything it is given; close() it before it goes.
/// Calls end by themselves, with the store's deadlines, and no sooner for being cancelled.
class Documents {
 public:
  struct Doors {
    Store& store;
    Clock& clock;
    Random& random;
    boost::asio::any_io_executor executor;
  };

  explicit Documents(Doors doors);
  Documents(const Documents&) = delete;
  Documents& operator=(const Documents&) = delete;
  ~Documents();

  /// Before the first change. Throws std::invalid_argument unless `name`, 1 to 64 of a-z, 0-9, `.`,
  /// `_` and `-`, is new.
  void learn(std::string name, std::unique_ptr<Kind> kind);

  /// Has `change` happen. The answer comes when it is decided and durable, within seconds; where
  /// others have the documents, it waits for its turn. If this process dies, the others finish it
  /// or undo it.
  /// Errors: the store's, `contended`: it has not happened by this call. `unreadable`,
  /// `books_broken`: somebody else has written there; nothing is repaired.
  Task<Result<Fate>> atomically(Change change);

  /// Has what `plan` chooses happen. Its documents are held from before it is asked until its
  /// choice is settled; those who want them meanwhile wait in turn. So there is no trying again
  /// where many want the same document. Otherwise as above.
  Task<Result<Fate>> atomically(Plan plan);

  /// What became of a change whose fate was pending. A Refusal `not_happened`: it never will.
  /// Errors: as atomically().
  Task<Result<Fate>> ask(Pending pending);

  /// One document, or several of one moment, in the order of the keys. Changes under way on them
  /// are decided first; where there are always some, the reader takes its turn among them. As fresh
  /// as the store's own reads. Costs one read of a document, two of several; a turn costs two
  /// writes of each. Errors: as atomically(); `too_large` for a key that no document can have.
  Task<Result<Reading>> read(Key key);
  Task<Result<std::vector<Reading>>> read(std::vector<Key> keys);

  /// From now on, finishes what processes that died have left, together with all others that
  /// patrol. At least one process of a store should. Once.
  void patrol();

  /// Waits until everything that happened here is in its documents, or left to the others. Nothing
  /// may be asked afterwards.
  Task<void> close();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace posse
