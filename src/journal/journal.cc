/// Driving one operation from order to outcome.
// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace posse {
namespace {

/// Sequences a node keeps ready; beyond this, idle ones are forgotten.
constexpr std::size_t turnstiles_max = 4096;

/// Earlier attempts at one request that a repeated request decides before it tries anew.
constexpr int recalls_max = 4;

/// How often a reader tries to have its documents for itself.
constexpr int turns_max = 3;

Refusal busy(std::string detail) {
  return {.code = "busy", .detail = std::move(detail), .more = {}};
}

Turns::Places alone_at(const std::set<Key>& keys) {
  Turns::Places places;
  for (const Key& key : keys) places.push_back({.key = key, .holding = Holding::alone});
  return places;
}

}  // namespace

/// One order on its way.
struct Journal::Drive {
  Order* order;
  std::size_t bytes;
  std::shared_ptr<Turnstile> turnstile;
  Steady began{};
  int attempts = 0;
  Attempt attempt;
  std::optional<Hold> passed;  ///< Still declared: its window went to others.
  Turns::Turn turn;
};

Journal::Journal(Doors doors, Announcer& announcer)
    : doors_(doors),
      announcer_(announcer),
      tasks_(doors.executor),
      sequences_(doors.store, doors.clock),
      participants_({doors.store, doors.clock, doors.random}, counters_),
      finisher_({sequences_, participants_, kinds_}, doors.clock, doors.executor, counters_),
      resolver_({sequences_, participants_, kinds_}, finisher_, doors.clock, counters_),
      declarer_({sequences_, participants_, kinds_}, resolver_, tasks_, driven_),
      reader_({participants_, resolver_, driven_, doors.clock}) {
  compose_with("journal", std::make_unique<PlainComposer>());
}

void Journal::compose_with(std::string family, std::unique_ptr<Composer> composer) {
  composers_[std::move(family)] = std::move(composer);
}

Task<Result<Outcome>> Journal::commit(Order order) {
  make_as_read(order);
  const std::size_t bytes = bytes_of(order);
  if (auto refusal = malformed(order, bytes, kinds_)) co_return Outcome(*std::move(refusal));
  if (composer_of(order.sequence) == nullptr) {
    co_return Outcome(Refusal{.code = "malformed",
                              .detail = order.sequence.name() + " is no sequence of a known family",
                              .more = {}});
  }
  Drive drive{.order = &order,
              .bytes = bytes,
              .turnstile = turnstile(order.sequence),
              .began = doors_.clock.steady(),
              .attempt = {},
              .passed = {},
              .turn = {}};
  Turns::Places places = places_of(order);
  if (auto turn = turns_.take_free(places))
    drive.turn = *std::move(turn);
  else
    drive.turn = co_await turns_.take(std::move(places));
  Result<std::optional<Outcome>> outcome;
  for (; drive.attempts < attempts_max; ++drive.attempts) {
    outcome = co_await attempt(&drive);
    if (!outcome || *outcome) break;
  }
  if (drive.passed) {
    const auto released = co_await declarer_.release(&drive.attempt, *drive.passed);
    (void)released;  // a hold that stays is decided by whoever meets it
  }
  if (!outcome) co_return outcome.error();
  if (*outcome) co_return **std::move(outcome);
  co_return Outcome(busy(order.sequence.name() + " is taken by others each time; try again"));
}

/// Empty if the window went to others, or an earlier attempt was decided: then once more.
Task<Result<std::optional<Outcome>>> Journal::attempt(Drive* drive) {
  const Order* order = drive->order;
  std::optional<Refusal> refusal;
  if (!drive->turnstile->is_fresh()) {
    auto opened = co_await drive->turnstile->open();
    if (!opened) co_return opened.error();
    refusal = *std::move(opened);
  }
  if (!refusal && drive->turnstile->full()) refusal = busy(order->sequence.name() + " is crowded");
  // A node that slept must not go on with a request that its owner has long asked elsewhere.
  if (!refusal && doors_.clock.steady() - drive->began > answer_within) {
    refusal = busy("the request took too long; try again");
  }
  if (!refusal) {
    start_attempt(*drive);
    refusal = drive->turnstile->preview(*drive->attempt.operation);
  }
  if (refusal) {
    drive->turn = Turns::Turn();  // looking for an earlier one may take long
    auto refused = co_await refuse_or_recall(order, *std::move(refusal));
    if (!refused) co_return refused.error();
    co_return *std::move(refused);
  }

  auto declared = co_await declarer_.declare(&drive->attempt);
  if (!declared) co_return declared.error();
  if (auto* insufficient = std::get_if<Refusal>(&*declared))
    co_return Outcome(std::move(*insufficient));
  if (std::holds_alternative<Earlier>(*declared))
    co_return co_await recall(order->guard, order->request);
  if (std::holds_alternative<Lost>(*declared)) co_return std::optional<Outcome>{};
  drive->passed.reset();
  if (order->choose) co_return co_await choose_and_claim(drive);
  co_return co_await claim(drive);
}

/// Where it stands in each of its participants.
Turns::Places Journal::places_of(const Order& order) const {
  Turns::Places places = alone_at(exclusive_keys(order));
  const auto share = [&](const Key& key) {
    const auto at = std::lower_bound(places.begin(), places.end(), key,
                                     [](const auto& place, const Key& k) { return place.key < k; });
    if (at != places.end() && at->key == key) return;
    places.insert(at, {.key = key, .holding = Holding::shared});
  };
  share(order.guard);
  for (const Effect& effect : order.effects) share(effect.key);
  return places;
}

std::set<Key> Journal::exclusive_keys(const Order& order) const {
  std::set<Key> keys;
  for (const Effect& effect : order.effects) {
    if (kinds_.find(effect.kind)->is_exclusive()) keys.insert(effect.key);
  }
  return keys;
}

/// What is done depends on the participants, which nobody else can change as long as they are held.
Task<Result<std::optional<Outcome>>> Journal::choose_and_claim(Drive* drive) {
  const auto held = co_await read_held(&drive->attempt, exclusive_keys(*drive->order));
  std::optional<Refusal> refusal;
  if (held && *held) {
    refusal = choose(drive, **held);
    if (!refusal) co_return co_await claim(drive);
  }
  const auto released = co_await declarer_.release(&drive->attempt, drive->attempt.hold);
  (void)released;  // a hold that stays is decided by whoever meets it
  if (!held) co_return held.error();
  if (refusal) co_return Outcome(*std::move(refusal));
  co_return std::optional<Outcome>{};
}

/// Puts the effects that are chosen in the place of the attempt's, if they can be had.
std::optional<Refusal> Journal::choose(Drive* drive,
                                       const std::vector<Participant>& participants) const {
  auto choice = drive->order->choose(participants);
  if (auto* refusal = std::get_if<Refusal>(&choice)) return std::move(*refusal);
  ChosenEffects& chosen = std::get<ChosenEffects>(choice);
  Order order = *drive->order;
  order.line = std::move(chosen.line);
  const std::vector<Effect> checks = std::exchange(order.effects, std::move(chosen.effects));
  make_as_read(order);
  if (auto refusal = not_chosen_well(order, checks, kinds_)) return refusal;
  const std::size_t bytes = bytes_of(order);
  if (auto refusal = malformed(order, bytes, kinds_)) return refusal;
  Operation operation = *drive->attempt.operation;
  operation.effects = std::move(order.effects);
  operation.line = std::move(order.line);
  operation.bytes = bytes;
  drive->attempt.operation = std::make_shared<Operation>(std::move(operation));
  Hold nothing_aside;
  auto participant = participants.begin();
  for (const Key& key : exclusive_keys(*drive->order)) {
    if (auto refusal = declarer_.promise(drive->attempt, key, *participant++, nothing_aside))
      return refusal;
  }
  return {};
}

Task<Result<std::optional<Outcome>>> Journal::claim(Drive* drive) {
  const Hold& hold = drive->attempt.hold;
  const auto passing = drive->turnstile->pass(drive->attempt.operation, hold.last);
  co_await passing->answered.wait();
  auto passage = *std::move(passing->passage);
  if (auto* claimed = std::get_if<Claimed>(&passage)) {
    driven_.keep(hold.intent, std::move(drive->turn));
    Committed committed{
        .entry = std::move(claimed->where), .intent = hold.intent, .slot = claimed->slot};
    co_return Outcome(std::move(committed));
  }
  if (std::holds_alternative<Unanswered>(passage)) {
    driven_.erase(hold.intent);
    co_return Outcome(Undecided{.intent = hold.intent});
  }
  if (std::holds_alternative<Passed>(passage)) {
    // Its window exists: whoever meets the hold can decide it at once, and must not wait for us,
    // who may come to wait for them.
    driven_.erase(hold.intent);
    drive->passed = hold;
    co_return std::optional<Outcome>{};
  }
  const auto released = co_await declarer_.release(&drive->attempt, hold);
  (void)released;  // a hold that stays is decided by whoever meets it
  if (auto* refusal = std::get_if<Refusal>(&passage)) co_return Outcome(std::move(*refusal));
  co_return std::get<Error>(std::move(passage));
}

/// The operation is made of the order once, and goes from one attempt to the next. Where its
/// effects are chosen, the order keeps what it is chosen from.
std::shared_ptr<Operation> Journal::operation_of(Drive& drive) {
  Order& order = *drive.order;
  if (drive.attempt.operation && !order.choose) return std::move(drive.attempt.operation);
  auto operation = std::make_shared<Operation>();
  operation->bytes = drive.bytes;
  operation->effects = order.choose ? order.effects : std::move(order.effects);
  operation->line = order.choose ? order.line : std::move(order.line);
  operation->data = order.choose ? order.data : std::move(order.data);
  return operation;
}

void Journal::start_attempt(Drive& drive) {
  const Order& order = *drive.order;
  const Intent intent = Intent::attempt(order.request, doors_.random);
  const std::uint64_t window =
      std::min(window_entries << static_cast<unsigned>(drive.attempts), window_entries_max);
  const EntryNumber tip = drive.turnstile->tip().entry;
  Attempt& attempt = drive.attempt;
  attempt.operation = operation_of(drive);
  attempt.operation->intent = intent;
  attempt.guard = order.guard;
  attempt.request = order.request;
  attempt.is_new = order.is_new;
  attempt.hold = {.intent = intent,
                  .sequence = order.sequence,
                  .first = tip + 1,
                  .last = tip + window,
                  .issued = order.request.issued,
                  .reserve = {}};
  attempt.previous = drive.passed;
}

/// A request that would be refused now may have been granted before.
Task<Result<Outcome>> Journal::refuse_or_recall(const Order* order, Refusal refusal) {
  if (order->is_new) co_return Outcome(std::move(refusal));
  auto recalled = co_await recall(order->guard, order->request);
  if (!recalled) co_return recalled.error();
  if (*recalled) co_return **std::move(recalled);
  co_return Outcome(std::move(refusal));
}

/// What an earlier attempt at the same request came to; decides it if it is held. Empty if there
/// was none, or it came to nothing.
Task<Result<std::optional<Outcome>>> Journal::recall(Key guard_key, RequestKey request) {
  for (int recalls = 0; recalls < recalls_max; ++recalls) {
    const auto guard = co_await participants_.get(guard_key);
    if (!guard) co_return guard.error();
    if (!*guard) break;
    if (auto settled = (*guard)->settlement_of(request)) {
      co_return co_await recall_settled(*std::move(settled));
    }
    const Hold* held = (*guard)->hold_of(request);
    if (held == nullptr) {
      if (!(*guard)->may_have_spilled(request)) break;
      auto wanted = [&](const Settled& one) { return one.intent.is_of(request); };
      const Pages pages{.to = (*guard)->pages};
      const auto spilled = co_await participants_.find_spilled(guard_key, pages, wanted);
      if (!spilled) co_return spilled.error();
      if (!*spilled) break;
      co_return co_await recall_settled(**spilled);
    }
    if (driven_.contains(held->intent) && recalls + 1 < recalls_max) {
      co_await doors_.clock.sleep(5ms);  // under way in this node, perhaps in this very call
    }
    const auto resolved = co_await resolver_.resolve(guard_key, *held);
    if (!resolved) co_return resolved.error();
  }
  co_return std::optional<Outcome>{};
}

Task<Result<std::optional<Outcome>>> Journal::recall_settled(Settled settled) {
  const auto stored = co_await sequences_.entry(settled.sequence, settled.entry);
  if (!stored) co_return stored.error();
  const Operation* operation = *stored ? (*stored)->entry->find(settled.intent) : nullptr;
  if (operation == nullptr) {
    co_return Error{Errc::contended, settled.sequence.entry(settled.entry).text() + ": settled " +
                                         settled.intent.text() + ", reads deny it"};
  }
  Committed committed{.entry = (*stored)->entry,
                      .intent = settled.intent,
                      .slot = (*stored)->entry->slot_of(*operation),
                      .repeated = true};
  co_return Outcome(std::move(committed));
}

Task<Result<std::optional<Committed>>> Journal::find(Key guard, RequestKey request) {
  for (int recalls = 0; recalls < recalls_max; ++recalls) {
    auto recalled = co_await recall(guard, request);
    if (!recalled) co_return recalled.error();
    if (*recalled) co_return std::get<Committed>(**std::move(recalled));
    const auto absent = co_await is_absent(guard, request);
    if (!absent) co_return absent.error();
    if (*absent) co_return std::optional<Committed>();
  }
  co_return Error{Errc::contended, guard.text() + ": others change it each time"};
}

/// Whether the guard, as the store accepts it, knows nothing of the request: a read may be old.
Task<Result<bool>> Journal::is_absent(Key guard, RequestKey request) {
  Pages pages;
  for (int searches = 0; searches < swaps_max; ++searches) {
    auto wanted = [&](const Settled& one) { return one.intent.is_of(request); };
    const auto spilled = co_await participants_.find_spilled(guard, pages, wanted);
    if (!spilled) co_return spilled.error();
    if (*spilled) co_return false;
    bool is_absent = false;
    pages.from = pages.to;  // in those it is not
    Decision decision = [&](Participant& participant) {
      is_absent = !participant.settlement_of(request) && participant.hold_of(request) == nullptr;
      pages.to = participant.may_have_spilled(request) ? participant.pages : pages.from;
      return is_absent && pages.to == pages.from ? Verdict::confirm : Verdict::keep;
    };
    const auto updated =
        co_await participants_.update(guard, std::move(decision), Absence::is_shown);
    if (!updated) co_return updated.error();
    if (!is_absent || pages.to == pages.from) co_return is_absent;
  }
  co_return Error{Errc::contended, guard.text() + ": others settle on it each time"};
}

Task<Result<std::vector<Participant>>> Journal::read(std::vector<Key> keys) {
  auto found = co_await reader_.look(keys);
  if (!found) co_return found.error();
  if (*found) co_return **std::move(found);
  for (int turns = 0; turns < turns_max; ++turns) {
    std::set<Key> held(keys.begin(), keys.end());
    const auto read = co_await read_in_turn(std::move(held));
    if (!read) co_return read.error();
    if (!*read) continue;
    co_return in_order_of(keys, **read);
  }
  co_return Error{Errc::contended, keys.front().text() + ": others hold it each time"};
}

/// While all of them are held for us alone, nothing is committed on them. Nothing is claimed, and
/// so our holds may go out again. Empty if that did not come to be.
Task<Result<std::optional<std::vector<Participant>>>> Journal::read_in_turn(std::set<Key> keys) {
  const auto journal = co_await some_journal();
  if (!journal) co_return journal.error();
  const auto turn = co_await turns_.take(alone_at(keys));
  const auto turnstile = this->turnstile(*journal);
  const auto opened = co_await turnstile->open();
  if (!opened) co_return opened.error();
  if (*opened) co_return Error{Errc::contended, journal->name() + ": was just there"};
  Order order;
  order.sequence = *journal;
  order.guard = *keys.begin();
  order.is_new = true;
  for (const Key& key : keys) order.effects.push_back({.key = key, .kind = "check", .details = {}});
  for (auto& byte : order.request.bytes) byte = static_cast<std::uint8_t>(doors_.random.bits());
  Drive drive{
      .order = &order, .bytes = 0, .turnstile = turnstile, .attempt = {}, .passed = {}, .turn = {}};
  start_attempt(drive);
  auto declared = co_await declarer_.declare(&drive.attempt);
  if (!declared) co_return declared.error();
  if (!std::holds_alternative<Declared>(*declared)) {
    co_return std::optional<std::vector<Participant>>();
  }
  auto read = co_await read_held(&drive.attempt, keys);
  const auto released = co_await declarer_.release(&drive.attempt, drive.attempt.hold);
  (void)released;  // a hold that stays is decided by whoever meets it
  co_return read;
}

/// The participants that the attempt has for itself, in key order. Empty if some are no more: our
/// hold is out, or an old read shows others before it.
Task<Result<std::optional<std::vector<Participant>>>> Journal::read_held(const Attempt* attempt,
                                                                         std::set<Key> keys) {
  auto read = co_await reader_.collect(std::vector<Key>(keys.begin(), keys.end()));
  if (!read) co_return read.error();
  const Intent& intent = attempt->hold.intent;
  const auto is_ours = [&](const Participant& participant) {
    return participant.hold(intent) != nullptr && participant.hold_before(intent) == nullptr;
  };
  if (!std::all_of(read->begin(), read->end(), is_ours)) {
    co_return std::optional<std::vector<Participant>>();
  }
  co_return *std::move(read);
}

Task<Result<Sequence>> Journal::some_journal() {
  Sequence sequence = generic_journal(doors_.random.bits() % journals);
  if (journals_seen_.contains(sequence)) co_return sequence;
  for (int adds = 0; adds < failures_max; ++adds) {
    const boost::json::object no_settings;
    const auto created = co_await sequences_.create_head(sequence, no_settings);
    if (!created) co_return created.error();
    if (*created == Write::unknown) continue;  // the same add again
    journals_seen_.insert(sequence);
    co_return sequence;
  }
  co_return Error{Errc::unavailable, sequence.name() + ": the store leaves it undecided"};
}

std::shared_ptr<Turnstile> Journal::turnstile(const Sequence& sequence) {
  if (const auto known = turnstiles_.find(sequence); known != turnstiles_.end())
    return known->second;
  if (turnstiles_.size() >= turnstiles_max) let_idle_ones_go();
  const Turnstile::Parts parts{.sequences = sequences_,
                               .finisher = finisher_,
                               .clock = doors_.clock,
                               .composer = *composer_of(sequence),
                               .announcer = announcer_,
                               .tasks = tasks_,
                               .counters = counters_,
                               .driven = driven_};
  return turnstiles_[sequence] = std::make_shared<Turnstile>(sequence, parts);
}

const Composer* Journal::composer_of(const Sequence& sequence) const {
  const auto composer = composers_.find(sequence.name().substr(0, sequence.name().find('/')));
  return composer == composers_.end() ? nullptr : composer->second.get();
}

void Journal::let_idle_ones_go() {
  std::erase_if(turnstiles_, [](const auto& known) { return known.second->idle(); });
}

}  // namespace posse
