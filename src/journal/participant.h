/// A document that takes part in operations: its own fields, its holds, what was settled on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/intent.h"
#include "core/sequence.h"
#include "journal/effect.h"
#include "journal/settlements.h"
#include "posse/result.h"
#include "posse/types.h"

namespace posse {

/// A promise in a participant: `intent` may commit at entries first..last of `sequence`, and
/// `reserve` is set aside for it. An exclusive one, and whatever stands behind one, is a place in a
/// queue until nothing stands before it that it conflicts with; only then it promises anything.
/// `issued` is its request key's time. Two holds are the same if intent and window are.
struct Hold {
  Intent intent;
  Sequence sequence;
  EntryNumber first{};
  EntryNumber last{};
  Time issued{};
  Reserve reserve;
  Floors floors = {};
  bool is_exclusive = false;

  bool conflicts(const Hold& other) const { return is_exclusive || other.is_exclusive; }
  bool same(const Hold& other) const {
    return intent == other.intent && first == other.first && last == other.last;
  }
};

/// The document as steps see it. All its members are decisions on one read of it; whoever changes
/// it swaps it back. `settled` keeps the newest intents, newest last; `pages` older pages exist
/// beside it, and no intent in them was issued after `spilled_until`. Without data it is not there
/// for anybody but the journal: it has been removed, or is about to be created.
class Participant {
 public:
  bool is_there = true;
  boost::json::object data;
  std::vector<Hold> holds;
  Settlements settled;
  std::uint64_t pages = 0;
  Time spilled_until{};

  const Hold* hold(const Intent& intent) const;
  const Hold* hold_of(const RequestKey& request) const;

  /// The first hold before that of `intent` which it conflicts with; null if there is none.
  const Hold* hold_before(const Intent& intent) const;

  std::optional<Settled> settlement(const Intent& intent) const { return settled.find(intent); }
  std::optional<Settled> settlement_of(const RequestKey& request) const {
    return settled.find_of(request);
  }

  /// Whether a page may hold an intent of `request` that the document does not show.
  bool may_have_spilled(const RequestKey& request) const;

  /// Takes out the hold that is the same as `hold`; false if there is none.
  bool take_out(const Hold& hold);

  /// Whether what an operation does to this document's numbers stays within what its hold has set
  /// aside, and the numbers within their range. Anything else was written by no node of ours.
  bool keeps_promise(const Hold& hold, const Reserve& done) const;

  /// Applies the effects, turns the hold of `settlement` into the settlement. The hold is there.
  void settle(const Settled& settlement, const std::vector<const Effect*>& effects,
              const EffectKinds& kinds);

  /// What its content is, in short.
  State state() const;

  /// Number `field` of the data; 0 if it is not there.
  std::int64_t value(std::string_view field) const;

  /// The lowest and highest that number `field` can come to, whichever holds commit.
  std::int64_t lowest(std::string_view field) const;
  std::int64_t highest(std::string_view field) const;

  /// Below what number `field` must not come, for the holds that take from it; INT64_MIN if there
  /// are none.
  std::int64_t floor(std::string_view field) const;

  /// Adds `amount` to number `field`, modulo 2^64: the sum of all that is added together is known
  /// to fit.
  void change(std::string_view field, std::int64_t amount);
};

/// One writer and one reader of the document; docs/format.md has the grammar.
/// Errors: `unreadable`.
Bytes write_participant(const Participant& participant);
Result<Participant> read_participant(const Bytes& bytes, const Key& key);

/// The same for a page of spilled settlements.
Bytes write_settled_page(const Settlements& settled);
Result<Settlements> read_settled_page(const Bytes& bytes, const Key& key);

}  // namespace posse
