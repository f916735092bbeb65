/// What a caller asks of a journal, and what comes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/json.hpp>

#include "core/intent.h"
#include "core/sequence.h"
#include "journal/effect.h"
#include "journal/entry.h"

namespace posse {

/// What an operation does to participants as they are, or why nothing.
struct ChosenEffects {
  std::vector<Effect> effects;
  boost::json::object line;
};
using Choose = std::function<std::variant<ChosenEffects, Refusal>(const std::vector<Participant>&)>;

/// An operation that is to be committed once in a sequence. `guard` is the participant whose
/// holds and settlements recognise a repeated request; it has one of the effects. Where some effect
/// is exclusive, it is the first participant in key order. Numbers in the effects are bounds: the
/// sequence's composer may do less when it claims.
struct Order {
  Sequence sequence;
  Key guard;
  RequestKey request;
  std::vector<Effect> effects;
  boost::json::object line;
  boost::json::object data;
  /// If given, `effects` are one `check` of each participant, and this chooses what is done
  /// instead, in exclusive effects, once they are held: it is shown them in key order, and again
  /// where the window went to others. Decides by them alone; throws nothing.
  Choose choose = {};
  bool is_new = false;  ///< Nobody has asked or will ask for it under this key: no look into pages.
};

/// In the books for ever. `repeated`: by an earlier request with the same key.
struct Committed {
  std::shared_ptr<const Entry> entry;
  Intent intent;
  Slot slot{};
  bool repeated = false;

  const Operation& operation() const { return *entry->find(intent); }
};

/// Committed or not, the store does not tell yet. Ask again with the same request key.
struct Undecided {
  Intent intent;
};

using Outcome = std::variant<Committed, Refusal, Undecided>;

/// Makes of what the application has brought what a recoverer will read, in memory of our own: it
/// is needed behind the answer, when a caller's memory resource may be gone.
void make_as_read(Order& order);

/// What the application has brought, as JSON text.
std::size_t bytes_of(const Order& order);

/// Why nobody could commit `order`, which comes to `bytes`, as a refusal `malformed` or that of a
/// kind of effect; empty if it is well-formed.
std::optional<Refusal> malformed(const Order& order, std::size_t bytes, const EffectKinds& kinds);

/// Why what was chosen, `order`, is not for the participants that were checked; empty if it is, and
/// then `order` has `checks` of those that it leaves as they are.
std::optional<Refusal> not_chosen_well(Order& order, const std::vector<Effect>& checks,
                                       const EffectKinds& kinds);

}  // namespace posse
