/// What a caller asks of a journal, and what comes of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <boost/json.hpp>

#include "core/intent.h"
#include "core/sequence.h"
#include "journal/effect.h"
#include "journal/entry.h"

namespace posse {

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

}  // namespace posse
