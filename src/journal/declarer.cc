/// Holds in, holds out.
// SPDX-License-Identifier: Apache-2.0
#include "journal/declarer.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "core/limits.h"
#include "journal/content.h"

namespace posse {
namespace {

/// Holds of others that one node decides in the background at a time; the rest is the patrol's.
constexpr std::size_t helping_max = 64;

/// How often a declare that lacks funds or room decides the holds in its way before it is refused:
/// in a crowd, each round meets new ones.
constexpr int blocked_max = 8;

/// How often our hold may come to stand behind another one before it gives up: so many can be
/// there.
constexpr int waits_max = 2 * static_cast<int>(holds_max);

/// The participants of an operation, its guard first, then in key order.
std::vector<const Key*> participants_of(const Attempt& attempt) {
  std::vector<const Key*> keys{&attempt.guard};
  for (const auto& effect : attempt.operation->effects) {
    if (effect.key != attempt.guard) keys.push_back(&effect.key);
  }
  std::sort(keys.begin() + 1, keys.end(), [](const Key* a, const Key* b) { return *a < *b; });
  const auto again =
      std::unique(keys.begin(), keys.end(), [](const Key* a, const Key* b) { return *a == *b; });
  keys.erase(again, keys.end());
  return keys;
}

Refusal busy(const Key& key) {
  return {
      .code = "busy", .detail = key.text() + " is held by others each time; try again", .more = {}};
}

bool is_in_key_order(const Attempt& attempt) {
  const auto& effects = attempt.operation->effects;
  return std::none_of(effects.begin(), effects.end(),
                      [&](const Effect& effect) { return effect.key < attempt.guard; });
}

}  // namespace

/// What one decision saw.
struct Declarer::Look {
  bool was_placed = false;  ///< Our hold stood there when we began to wait.
  bool is_lost = false;     ///< It was, and is not there any more.
  bool is_beside = false;   ///< Judged beside holds of others, which may come to nothing.
  bool earlier = false;
  bool search_pages = false;
  std::uint64_t pages = 0;
  std::uint64_t searched = 0;  ///< Pages known not to hold the request.
  std::optional<Refusal> refusal = {};
  std::optional<Hold> in_the_way = {};  ///< Ours waits behind it.
  std::vector<Hold> holds = {};         ///< Those beside ours.
};

Task<Result<Declaration>> Declarer::declare(const Attempt* attempt) {
  driven_.insert(attempt->hold.intent);
  const auto keys = participants_of(*attempt);
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    auto declared = co_await declare_on(attempt, *key);
    if (declared && std::holds_alternative<Declared>(*declared)) continue;
    // After an error ours may stand at this one too.
    const auto end = declared ? key : std::next(key);
    bool was_decided = false;
    for (auto done = keys.begin(); done != end; ++done) {
      const auto released = co_await release_on(**done, attempt->hold);
      if (!released) break;  // left to whoever meets the hold
      was_decided = was_decided || !*released;
    }
    driven_.erase(attempt->hold.intent);
    const auto* refusal = declared ? std::get_if<Refusal>(&*declared) : nullptr;
    // Whoever decided our hold may have asked for the same since, and that is what we have met.
    if (was_decided && refusal != nullptr && refusal->code == "request_reused") co_return Lost{};
    co_return declared;
  }
  co_return Declared{};
}

/// One participant; decides the holds in the way as often as that may help.
Task<Result<Declaration>> Declarer::declare_on(const Attempt* attempt, const Key* key) {
  Look look;
  for (int blocked = 0, waits = 0;;) {
    auto declared = co_await declare_once(attempt, key, &look);
    if (!declared) co_return declared.error();
    look.was_placed = !*declared;
    if (look.was_placed) {
      if (++waits <= waits_max) continue;
      const auto left = co_await release_on(*key, attempt->hold);
      if (!left) co_return left.error();
      co_return busy(*key);
    }
    const auto* refusal = std::get_if<Refusal>(&**declared);
    // What was judged with nothing before it stays so; only for room one may wait.
    const bool is_final = refusal != nullptr && is_exclusive(*attempt->operation, *key) &&
                          refusal->code != "too_many_holds";
    if (refusal == nullptr || is_final) co_return **std::move(declared);
    if (!look.is_beside && blocked > 0) co_return **std::move(declared);
    if (blocked++ == blocked_max) {
      // Beside holds that come to nothing, it was perhaps never true that funds do not suffice.
      if (refusal->code == "too_many_holds") co_return **std::move(declared);
      co_return busy(*key);
    }
    const auto resolved = co_await resolver_.resolve_all(*key);
    if (!resolved) co_return resolved.error();
  }
}

/// Empty if our hold had to wait behind another one, which is decided now.
Task<Result<std::optional<Declaration>>> Declarer::declare_once(const Attempt* attempt,
                                                                const Key* key, Look* seen) {
  Look& look = *seen;
  const bool was_placed = look.was_placed;
  look.is_beside = false;
  const bool is_shown = is_exclusive(*attempt->operation, *key);
  for (int searches = 0; searches < swaps_max; ++searches) {
    auto look_at = [&](Participant& participant) {
      look = Look{.was_placed = was_placed, .pages = participant.pages, .searched = look.searched};
      return decide(*attempt, *key, participant, look);
    };
    Decision decision = std::ref(look_at);
    const Absence absence = is_shown ? Absence::is_shown : Absence::is_told;
    const auto updated = co_await views_.participants.update(*key, std::move(decision), absence);
    if (!updated) co_return updated.error();
    if (*updated == Updated::absent) {
      co_return Refusal{
          .code = "unknown_participant", .detail = key->text() + " does not exist", .more = {}};
    }
    if (look.earlier) co_return Earlier{};
    if (look.is_lost) co_return Lost{};
    if (look.refusal) co_return *std::move(look.refusal);
    if (look.in_the_way) {
      const auto waited = co_await wait_for(attempt, *key, *look.in_the_way);
      if (!waited) co_return waited.error();
      co_return std::optional<Declaration>();
    }
    if (!look.search_pages) {
      help_later(*key, look.holds);
      co_return Declared{};
    }
    auto wanted = [&](const Settled& one) { return one.intent.is_of(attempt->request); };
    const Pages unsearched{.from = look.searched, .to = look.pages};
    const auto spilled = co_await views_.participants.find_spilled(*key, unsearched, wanted);
    if (!spilled) co_return spilled.error();
    if (*spilled) co_return Earlier{};
    look.searched = look.pages;
  }
  co_return Error{Errc::contended, key->text() + ": others settle on it each time"};
}

/// Until `other` is out. What this node does itself needs no looking after: it is told when it is
/// over. Nobody waits in a circle, for whoever waits here holds nothing that comes behind in key
/// order but what has passed, which nobody waits for like this. Where the guard is not the first in
/// key order, operations wait in patience.
Task<Result<void>> Declarer::wait_for(const Attempt* attempt, Key key, Hold other) {
  if (is_in_key_order(*attempt) && driven_.contains(other.intent)) {
    co_await driven_.gone(other.intent);
    co_return Result<void>{};
  }
  const auto resolved = co_await resolver_.resolve(std::move(key), std::move(other));
  if (!resolved) co_return resolved.error();
  co_return Result<void>{};
}

/// Puts our hold in. It promises once nothing stands before it that it conflicts with, which the
/// store must have accepted in a write: a read may be old.
Verdict Declarer::decide(const Attempt& attempt, const Key& key, Participant& participant,
                         Look& look) const {
  const Hold* own = participant.hold(attempt.hold.intent);
  const bool was_there = own != nullptr;
  if (was_there && !own->reserve.empty()) return Verdict::keep;  // it was unknown, it is here
  look.is_lost = look.was_placed && !was_there;
  if (look.is_lost) return Verdict::keep;
  if (!was_there && key == attempt.guard) decide_guard(attempt, participant, look);
  if (look.earlier || look.search_pages) return Verdict::keep;
  // Its guard does not know it, and so it was another operation under the same name.
  if (key != attempt.guard && participant.settlement_of(attempt.request)) {
    look.refusal = Refusal{.code = "request_reused",
                           .detail = key.text() + " knows the request from another operation",
                           .more = {}};
    if (was_there) participant.take_out(attempt.hold);
    return was_there ? Verdict::write : Verdict::keep;
  }

  const auto before = participant.holds;
  Hold* placed = place(attempt, key, participant);
  if (placed == nullptr) {
    look.is_beside = true;
    look.refusal = Refusal{.code = "too_many_holds",
                           .detail = key.text() + " has " + std::to_string(holds_max) +
                                     " operations under way, which is the limit",
                           .more = {}};
    return Verdict::keep;
  }
  if (const Hold* other = participant.hold_before(attempt.hold.intent)) {
    look.in_the_way = *other;
    return was_there ? Verdict::keep : Verdict::write;
  }
  look.is_beside = participant.holds.size() > 1;
  look.refusal = promise(attempt, key, participant, *placed);
  if (look.refusal && was_there) {
    participant.take_out(attempt.hold);
    return Verdict::write;
  }
  if (look.refusal) {
    participant.holds = before;
    return Verdict::keep;
  }
  for (const Hold& hold : participant.holds) {
    if (&hold != placed && !hold.conflicts(*placed)) look.holds.push_back(hold);
  }
  return was_there && placed->reserve.empty() ? Verdict::confirm : Verdict::write;
}

/// Our hold in the participant: as it is there, in the place of the attempt before, or the last
/// one. It has set nothing aside. Null if there are too many.
Hold* Declarer::place(const Attempt& attempt, const Key& key, Participant& participant) const {
  auto& holds = participant.holds;
  const auto find = [&](const Hold& wanted) {
    return std::find_if(holds.begin(), holds.end(),
                        [&](const Hold& hold) { return hold.same(wanted); });
  };
  auto own = find(attempt.hold);
  if (own != holds.end()) return &*own;
  if (attempt.previous) own = find(*attempt.previous);
  if (own == holds.end()) {
    if (holds.size() >= holds_max) return nullptr;
    own = holds.emplace(holds.end());
  }
  *own = attempt.hold;
  own->is_exclusive = is_exclusive(*attempt.operation, key);
  return &*own;
}

bool Declarer::is_exclusive(const Operation& operation, const Key& key) const {
  return std::any_of(operation.effects.begin(), operation.effects.end(), [&](const Effect& effect) {
    return effect.key == key && views_.kinds.find(effect.kind)->is_exclusive();
  });
}

/// Whether the guard shows the same request: settled, held, or perhaps in a page.
void Declarer::decide_guard(const Attempt& attempt, const Participant& participant,
                            Look& look) const {
  const Hold* held = participant.hold_of(attempt.request);
  const bool previous = held != nullptr && attempt.previous && held->same(*attempt.previous);
  look.earlier =
      participant.settlement_of(attempt.request).has_value() || (held != nullptr && !previous);
  look.search_pages = !attempt.is_new && participant.may_have_spilled(attempt.request) &&
                      participant.pages > look.searched;
}

/// Sets aside in our hold what every effect of the operation needs, if the participant can promise
/// it.
std::optional<Refusal> Declarer::promise(const Attempt& attempt, const Key& key,
                                         const Participant& participant, Hold& hold) const {
  Floors floors;
  for (const auto& effect : attempt.operation->effects) {
    if (effect.key != key) continue;
    // Effects of one operation are no strangers to each other.
    for (const auto& [field, floor] : floors) hold.floors[field] = INT64_MIN;
    const EffectKind* kind = views_.kinds.find(effect.kind);
    if (auto refusal = kind->admit(participant, effect.details)) return refusal;
    if (kind->may_grow(participant, effect.details)) {
      Participant after;
      after.is_there = participant.is_there;
      after.data = participant.data;
      after.holds = participant.holds;
      kind->apply(after, effect.details);
      if (auto refusal = unkeepable(key, after)) return refusal;
    }
    if (auto refusal = kind->reserve(effect.details, hold.reserve)) return refusal;
    kind->rely(effect.details, floors);
  }
  hold.floors = std::move(floors);
  return {};
}

Task<Result<void>> Declarer::release(const Attempt* attempt, Hold hold) {
  Result<void> result;
  for (const Key* key : participants_of(*attempt)) {
    const auto released = co_await release_on(*key, hold);
    if (!released) result = released.error();
  }
  driven_.erase(hold.intent);
  co_return result;
}

/// Whether it was there.
Task<Result<bool>> Declarer::release_on(Key key, Hold hold) {
  bool was_there = false;
  Decision decision = [&](Participant& participant) {
    was_there = participant.take_out(hold);
    return was_there ? Verdict::write : Verdict::keep;
  };
  const auto updated = co_await views_.participants.update(std::move(key), std::move(decision));
  if (!updated) co_return updated.error();
  co_return was_there;
}

/// Holds of others are decided beside our own operation, which does not need to wait for them.
void Declarer::help_later(const Key& key, const std::vector<Hold>& holds) {
  for (const auto& hold : holds) {
    if (driven_.contains(hold.intent) || helping_.size() >= helping_max) continue;
    if (!helping_.insert(hold.intent).second) continue;
    tasks_.spawn(help(key, hold));
  }
}

Task<void> Declarer::help(Key key, Hold hold) {
  const Intent intent = hold.intent;
  const auto resolved = co_await resolver_.resolve(std::move(key), std::move(hold));
  // A failure leaves the hold for the next who meets it; broken books have raised the alarm.
  (void)resolved;
  helping_.erase(intent);
}

}  // namespace posse
