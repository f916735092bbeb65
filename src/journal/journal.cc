/// Driving one operation from order to outcome.
// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include <algorithm>
#include <cmath>
#include <string_view>
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

/// How deep an order's lists and objects may nest: the reader stops at 32, and an entry adds some.
constexpr int nesting_max = 16;

bool is_utf8(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) return true;
  boost::json::error_code wrong;
  boost::json::parse(boost::json::serialize(boost::json::string_view(text)), wrong);
  return !wrong;
}

bool is_readable(const boost::json::object& object, int nesting);

bool is_readable(const boost::json::value& value, int nesting) {
  if (const auto* text = value.if_string()) return is_utf8(*text);
  if (const auto* number = value.if_double()) return std::isfinite(*number);
  if (const auto* object = value.if_object()) return is_readable(*object, nesting);
  const auto* list = value.if_array();
  const auto is_fine = [&](const auto& item) { return is_readable(item, nesting - 1); };
  return list == nullptr || (nesting > 0 && std::all_of(list->begin(), list->end(), is_fine));
}

/// Whether JSON can hold `object`, so that everybody can read it again: an entry or a participant
/// that nobody can read blocks its sequence for ever.
bool is_readable(const boost::json::object& object, int nesting) {
  const auto is_fine = [&](const auto& field) {
    return is_utf8(field.key()) && is_readable(field.value(), nesting - 1);
  };
  return nesting > 0 && std::all_of(object.begin(), object.end(), is_fine);
}

bool is_readable(const Order& order) {
  const auto is_fine = [](const Effect& effect) {
    return is_utf8(effect.key.text()) && is_readable(effect.details, nesting_max);
  };
  return is_readable(order.line, nesting_max) && is_readable(order.data, nesting_max) &&
         std::all_of(order.effects.begin(), order.effects.end(), is_fine);
}

/// What the application has brought, as JSON text.
std::size_t bytes_of(const Order& order) {
  std::size_t bytes =
      boost::json::serialize(order.line).size() + boost::json::serialize(order.data).size();
  constexpr std::size_t around_effect = 40;  // names, quotes and braces
  for (const auto& effect : order.effects) {
    bytes += around_effect + effect.key.text().size() + effect.kind.size() +
             boost::json::serialize(effect.details).size();
  }
  return bytes;
}

Refusal busy(std::string detail) {
  return {.code = "busy", .detail = std::move(detail), .more = {}};
}

}  // namespace

/// One order on its way.
struct Journal::Drive {
  const Order* order;
  std::size_t bytes;
  std::shared_ptr<Turnstile> turnstile;
  Steady began{};
  int attempts = 0;
  Attempt attempt;
  std::optional<Hold> passed;  ///< Still declared: its window went to others.
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
      reader_(participants_, resolver_) {
  compose_with("journal", std::make_unique<PlainComposer>());
}

void Journal::compose_with(std::string family, std::unique_ptr<Composer> composer) {
  composers_[std::move(family)] = std::move(composer);
}

Task<Result<Outcome>> Journal::commit(Order order) {
  const std::size_t bytes = bytes_of(order);
  if (auto refusal = malformed(order, bytes)) co_return Outcome(*std::move(refusal));
  Drive drive{.order = &order,
              .bytes = bytes,
              .turnstile = turnstile(order.sequence),
              .began = doors_.clock.steady(),
              .attempt = {},
              .passed = {}};
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
  auto opened = co_await drive->turnstile->open();
  if (!opened) co_return opened.error();
  std::optional<Refusal> refusal = *std::move(opened);
  if (!refusal && drive->turnstile->full()) refusal = busy(order->sequence.name() + " is crowded");
  // A node that slept must not go on with a request that its owner has long asked elsewhere.
  if (!refusal && doors_.clock.steady() - drive->began > answer_within) {
    refusal = busy("the request took too long; try again");
  }
  if (!refusal) {
    drive->attempt = new_attempt(*drive);
    refusal = drive->turnstile->preview(*drive->attempt.operation);
  }
  if (refusal) {
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
  if (drive->passed) driven_.erase(drive->passed->intent);
  drive->passed.reset();
  co_return co_await claim(drive);
}

Task<Result<std::optional<Outcome>>> Journal::claim(Drive* drive) {
  const Hold hold = drive->attempt.hold;
  auto passage = co_await drive->turnstile->pass(drive->attempt.operation, hold.last);
  if (auto* claimed = std::get_if<Claimed>(&passage)) {
    Committed committed{
        .entry = std::move(claimed->where), .intent = hold.intent, .slot = claimed->slot};
    co_return Outcome(std::move(committed));
  }
  if (std::holds_alternative<Unanswered>(passage)) {
    driven_.erase(hold.intent);
    co_return Outcome(Undecided{.intent = hold.intent});
  }
  if (std::holds_alternative<Passed>(passage)) {
    drive->passed = hold;
    co_return std::optional<Outcome>{};
  }
  const auto released = co_await declarer_.release(&drive->attempt, hold);
  (void)released;  // a hold that stays is decided by whoever meets it
  if (auto* refusal = std::get_if<Refusal>(&passage)) co_return Outcome(std::move(*refusal));
  co_return std::get<Error>(std::move(passage));
}

Attempt Journal::new_attempt(const Drive& drive) {
  const Order& order = *drive.order;
  const Intent intent = Intent::attempt(order.request, doors_.random);
  const std::uint64_t window =
      std::min(window_entries << static_cast<unsigned>(drive.attempts), window_entries_max);
  const EntryNumber tip = drive.turnstile->tip().entry;
  Attempt attempt;
  Operation operation{.intent = intent,
                      .effects = order.effects,
                      .line = order.line,
                      .data = order.data,
                      .bytes = drive.bytes};
  attempt.operation = std::make_shared<const Operation>(std::move(operation));
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
  return attempt;
}

/// A request that would be refused now may have been granted before.
Task<Result<Outcome>> Journal::refuse_or_recall(const Order* order, Refusal refusal) {
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
    if (const Settled* settled = (*guard)->settlement_of(request)) {
      co_return co_await recall_settled(*settled);
    }
    const Hold* held = (*guard)->hold_of(request);
    if (held == nullptr) {
      if (!(*guard)->may_have_spilled(request)) break;
      auto wanted = [&](const Settled& one) { return one.intent.is_of(request); };
      const auto spilled = co_await participants_.find_spilled(guard_key, (*guard)->pages, wanted);
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
  auto recalled = co_await recall(std::move(guard), request);
  if (!recalled) co_return recalled.error();
  if (!*recalled) co_return std::optional<Committed>();
  co_return std::get<Committed>(**std::move(recalled));
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
    std::vector<Participant> in_order;
    for (const Key& key : keys) in_order.push_back((*read)->at(key));
    co_return in_order;
  }
  co_return Error{Errc::contended, keys.front().text() + ": others hold it each time"};
}

/// While all of them are held for us alone, nothing is committed on them. Nothing is claimed, and
/// so our holds may go out again. Empty if that did not come to be.
Task<Result<std::optional<std::map<Key, Participant>>>> Journal::read_in_turn(std::set<Key> keys) {
  const auto journal = co_await some_journal();
  if (!journal) co_return journal.error();
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
  Drive drive{.order = &order, .bytes = 0, .turnstile = turnstile, .attempt = {}, .passed = {}};
  const Attempt attempt = new_attempt(drive);
  auto declared = co_await declarer_.declare(&attempt);
  if (!declared) co_return declared.error();
  if (!std::holds_alternative<Declared>(*declared)) {
    co_return std::optional<std::map<Key, Participant>>();
  }
  auto read = co_await reader_.collect(std::vector<Key>(keys.begin(), keys.end()));
  const auto released = co_await declarer_.release(&attempt, attempt.hold);
  (void)released;  // a hold that stays is decided by whoever meets it
  if (!read) co_return read.error();
  std::map<Key, Participant> found;
  bool is_ours = true;
  auto key = keys.begin();
  for (Participant& participant : *read) {
    is_ours = is_ours && participant.hold(attempt.hold.intent) != nullptr;
    found.emplace(*key++, std::move(participant));
  }
  if (!is_ours) co_return std::optional<std::map<Key, Participant>>();
  co_return found;
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

std::optional<Refusal> Journal::malformed(const Order& order, std::size_t bytes) const {
  const auto refuse = [](std::string detail) {
    return Refusal{.code = "malformed", .detail = std::move(detail), .more = {}};
  };
  if (composer_of(order.sequence) == nullptr) {
    return refuse(order.sequence.name() + " is no sequence of a known family");
  }
  if (order.effects.empty() || order.effects.size() > operation_effects_max) {
    return refuse("an operation has 1 to " + std::to_string(operation_effects_max) + " effects");
  }
  if (!is_readable(order)) {
    return refuse("an operation is UTF-8 text and finite numbers, at most " +
                  std::to_string(nesting_max) + " levels deep");
  }
  for (const auto& effect : order.effects) {
    if (effect.key.text().empty() || effect.key.text().size() > participant_key_bytes_max) {
      return refuse("a participant's key has 1 to " + std::to_string(participant_key_bytes_max) +
                    " bytes");
    }
  }
  if (order.sequence.name().size() > sequence_name_max) {
    return refuse("a sequence's name has at most " + std::to_string(sequence_name_max) + " bytes");
  }
  if (bytes > operation_bytes_max) {
    return refuse("an operation carries at most " + std::to_string(operation_bytes_max) + " bytes");
  }
  std::set<Key> keys;
  bool is_exclusive = false;
  for (const auto& effect : order.effects) {
    const EffectKind* kind = kinds_.find(effect.kind);
    if (kind == nullptr) return refuse("`" + effect.kind + "` is no known kind of effect");
    if (auto refusal = kind->check(effect.details)) return refusal;
    keys.insert(effect.key);
    is_exclusive = is_exclusive || kind->is_exclusive();
  }
  if (!keys.contains(order.guard)) return refuse("the guard must be one of the participants");
  if (is_exclusive && order.guard != *keys.begin())
    return refuse("the guard must be the first participant in key order");
  for (const Key& key : keys) {
    if (clash(order, key))
      return refuse(key.text() + " can have one effect, or any number of `add` with one `check`");
  }
  return {};
}

/// Whether the effects on `key` would have each other's document.
bool Journal::clash(const Order& order, const Key& key) const {
  int adds = 0;
  int checks = 0;
  int others = 0;
  for (const auto& effect : order.effects) {
    if (effect.key != key) continue;
    if (!kinds_.find(effect.kind)->is_exclusive())
      ++adds;
    else
      ++(effect.kind == "check" ? checks : others);
  }
  return checks + others > 1 || (others > 0 && adds > 0);
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
