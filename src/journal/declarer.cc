/// Holds in, holds out.
// SPDX-License-Identifier: Apache-2.0
#include "journal/declarer.h"

#include <utility>
#include <vector>

#include "core/limits.h"

namespace posse {
namespace {

/// Holds of others that one node decides in the background at a time; the rest is the patrol's.
constexpr std::size_t helping_max = 64;

/// How often a declare that lacks funds or room decides the holds in its way before it is refused:
/// in a crowd, each round meets new ones.
constexpr int blocked_max = 8;

/// The participants of an operation, its guard first.
std::vector<Key> participants_of(const Attempt& attempt) {
  std::vector<Key> keys{attempt.guard};
  std::set<Key> others;
  for (const auto& effect : attempt.operation->effects) others.insert(effect.key);
  others.erase(attempt.guard);
  keys.insert(keys.end(), others.begin(), others.end());
  return keys;
}

}  // namespace

/// What one decision saw.
struct Declarer::Look {
  bool earlier = false;
  bool search_pages = false;
  std::uint64_t pages = 0;
  std::uint64_t searched = 0;  ///< Pages known not to hold the request.
  std::optional<Refusal> refusal;
  std::vector<Hold> holds;
};

Task<Result<Declaration>> Declarer::declare(const Attempt* attempt) {
  driven_.insert(attempt->hold.intent);
  const auto keys = participants_of(*attempt);
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    auto declared = co_await declare_on(attempt, *key);
    if (declared && std::holds_alternative<Declared>(*declared)) continue;
    for (auto done = keys.begin(); done != key; ++done) {
      const auto released = co_await release_on(*done, attempt->hold);
      if (!released) break;  // left to whoever meets the hold
    }
    driven_.erase(attempt->hold.intent);
    co_return declared;
  }
  co_return Declared{};
}

/// One participant; decides the holds in the way as often as that may help.
Task<Result<Declaration>> Declarer::declare_on(const Attempt* attempt, Key key) {
  for (int blocked = 0;; ++blocked) {
    auto declared = co_await declare_once(attempt, key);
    const bool refused = declared && std::holds_alternative<Refusal>(*declared);
    if (!refused || blocked == blocked_max) co_return declared;
    const auto participant = co_await views_.participants.get(key);
    if (!participant) co_return participant.error();
    const bool in_the_way = *participant && !(*participant)->holds.empty();
    if (!in_the_way && blocked > 0) co_return declared;
    const auto resolved = co_await resolver_.resolve_all(key);
    if (!resolved) co_return resolved.error();
  }
}

Task<Result<Declaration>> Declarer::declare_once(const Attempt* attempt, Key key) {
  Look look;
  for (int searches = 0; searches < swaps_max; ++searches) {
    Decision decision = [&](Participant& participant) {
      look =
          Look{.pages = participant.pages, .searched = look.searched, .refusal = {}, .holds = {}};
      if (participant.hold(attempt->hold.intent) != nullptr)
        return Verdict::keep;  // was unknown, is here
      if (key == attempt->guard) decide_guard(*attempt, participant, look);
      if (look.earlier || look.search_pages) return Verdict::keep;
      look.refusal = put_in(*attempt, key, participant);
      look.holds = participant.holds;
      return look.refusal ? Verdict::keep : Verdict::write;
    };
    const auto updated = co_await views_.participants.update(key, std::move(decision));
    if (!updated) co_return updated.error();
    if (*updated == Updated::absent) {
      co_return Refusal{
          .code = "unknown_participant", .detail = key.text() + " does not exist", .more = {}};
    }
    if (look.earlier) co_return Earlier{};
    if (look.refusal) co_return *std::move(look.refusal);
    if (!look.search_pages) {
      help_later(key, look.holds);
      co_return Declared{};
    }
    auto wanted = [&](const Settled& one) { return one.intent.is_of(attempt->request); };
    const auto spilled = co_await views_.participants.find_spilled(key, look.pages, wanted);
    if (!spilled) co_return spilled.error();
    if (*spilled) co_return Earlier{};
    look.searched = look.pages;
  }
  co_return Error{Errc::contended, key.text() + ": others settle on it each time"};
}

/// Whether the guard shows the same request: settled, held, or perhaps in a page.
void Declarer::decide_guard(const Attempt& attempt, const Participant& participant,
                            Look& look) const {
  const Hold* held = participant.hold_of(attempt.request);
  const bool previous = held != nullptr && attempt.previous && held->same(*attempt.previous);
  look.earlier =
      participant.settlement_of(attempt.request) != nullptr || (held != nullptr && !previous);
  look.search_pages =
      participant.may_have_spilled(attempt.request) && participant.pages > look.searched;
}

/// Puts the hold in if the participant can promise every effect of the operation on it.
std::optional<Refusal> Declarer::put_in(const Attempt& attempt, const Key& key,
                                        Participant& participant) const {
  const auto holds = participant.holds;
  if (attempt.previous) participant.take_out(*attempt.previous);
  std::optional<Refusal> refusal;
  if (participant.holds.size() >= holds_max) {
    refusal = Refusal{.code = "too_many_holds",
                      .detail = key.text() + " has " + std::to_string(holds_max) +
                                " operations under way, which is the limit",
                      .more = {}};
  } else {
    participant.holds.push_back(attempt.hold);
  }
  for (const auto& effect : attempt.operation->effects) {
    if (refusal || effect.key != key) continue;
    const EffectKind* kind = views_.kinds.find(effect.kind);
    refusal = kind->admit(participant, effect.details);
    if (!refusal) kind->reserve(effect.details, participant.holds.back().reserve);
  }
  if (refusal) participant.holds = holds;
  return refusal;
}

Task<Result<void>> Declarer::release(const Attempt* attempt, Hold hold) {
  Result<void> result;
  for (const auto& key : participants_of(*attempt)) {
    auto released = co_await release_on(key, hold);
    if (!released) result = std::move(released);
  }
  driven_.erase(hold.intent);
  co_return result;
}

Task<Result<void>> Declarer::release_on(Key key, Hold hold) {
  Decision decision = [&](Participant& participant) {
    return participant.take_out(hold) ? Verdict::write : Verdict::keep;
  };
  const auto updated = co_await views_.participants.update(std::move(key), std::move(decision));
  if (!updated) co_return updated.error();
  co_return Result<void>{};
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
