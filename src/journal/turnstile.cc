/// Claiming entries.
// SPDX-License-Identifier: Apache-2.0
#include "journal/turnstile.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/limits.h"

namespace posse {
namespace {

/// Settings this old may still be composed with: the bound of a live document.
constexpr auto settings_age_max = 100ms;

}  // namespace

Turnstile::Turnstile(Sequence sequence, Parts parts)
    : sequence_(std::move(sequence)),
      parts_(parts),
      publisher_(sequence_, {parts.sequences, parts.finisher, parts.clock, parts.counters}) {}

bool Turnstile::is_fresh() const {
  return tip_ && parts_.clock.steady() - refreshed_ <= settings_age_max;
}

Task<Result<std::optional<Refusal>>> Turnstile::open() {
  if (is_fresh()) co_return std::optional<Refusal>{};
  const auto head = co_await parts_.sequences.head(sequence_);
  if (!head) co_return head.error();
  if (!*head) {
    Refusal unknown{
        .code = "unknown_sequence", .detail = sequence_.name() + " does not exist", .more = {}};
    co_return std::optional<Refusal>(std::move(unknown));
  }
  refreshed_ = parts_.clock.steady();
  const boost::json::object& settings = (*head)->head.settings;
  if (!tip_ || settings_ != settings) {
    settings_ = settings;
    terms_ = parts_.composer.read(settings_);
  }
  learn((*head)->head.tip);
  if (running_) co_return std::optional<Refusal>{};  // its claims teach the tip

  auto newest = co_await parts_.sequences.newest_tip(sequence_, *tip_);
  if (!newest) co_return newest.error();
  learn(*std::move(newest));
  co_return std::optional<Refusal>{};
}

/// Moves the tip forward, never back.
void Turnstile::learn(Tip tip) {
  if (tip_ && tip.entry <= tip_->entry) return;
  tip_ = std::move(tip);
  next_ = next_entry(sequence_, *tip_, tip_->time);
}

Ground Turnstile::ground() const {
  return {.settings = settings_, .tip = *tip_, .terms = terms_.get()};
}

/// The entry behind the tip, if it were claimed now.
const Entry& Turnstile::next_now() {
  next_.time = time_behind(*tip_, parts_.clock.now());
  return next_;
}

std::optional<Refusal> Turnstile::preview(const Operation& operation) {
  return parts_.composer.refuses(ground(), next_now(), operation);
}

bool Turnstile::full() const {
  return waiting_.size() >= waiting_max;
}

std::shared_ptr<Turnstile::Waiting> Turnstile::pass(std::shared_ptr<Operation> operation,
                                                    EntryNumber last) {
  auto own = std::make_shared<Waiting>();
  own->operation = std::move(operation);
  own->last = last;
  waiting_.push_back(own);
  if (!running_) {
    running_ = true;
    parts_.tasks.spawn(run());
  }
  return own;
}

Task<void> Turnstile::run() {
  const auto self = shared_from_this();  // whoever keeps turnstiles may let an idle one go
  while (!waiting_.empty()) {
    const auto announced = co_await parts_.announcer.announce(sequence_);
    if (!announced) {
      for (const auto& waiting : waiting_) answer(*waiting, announced.error());
      waiting_.clear();
      break;
    }
    while (unsettled_ >= unsettled_entries_max) {
      room_ = std::make_unique<Event>();
      co_await room_->wait();
    }
    // Whoever was declared by the same commit that answered the last claim comes along.
    co_await boost::asio::post(boost::asio::use_awaitable);
    const auto refreshed = co_await open();
    if (!refreshed || *refreshed) {
      for (const auto& waiting : waiting_) {
        answer(*waiting, refreshed ? Passage(**refreshed) : Passage(refreshed.error()));
      }
      waiting_.clear();
      break;
    }
    co_await claim_next();
  }
  running_ = false;
}

/// One entry: composed, added, its operations answered.
Task<void> Turnstile::claim_next() {
  drop_passed();
  auto claim = compose();
  if (claim.batch.empty()) co_return;
  const auto added = co_await add_until_decided(&claim);
  if (added != Write::done) take_back(claim);
  if (!added) {
    give_back(claim);
  } else if (*added == Write::done) {
    const Tip tip = claim.entry.tip(claim.bytes);
    let_pass(&claim, std::make_shared<const Entry>(std::move(claim.entry)), tip);
  } else {
    co_await look_who_was_first(&claim);
  }
}

Turnstile::Claim Turnstile::compose() {
  Claim claim;
  claim.entry = next_now();
  const Ground ground = this->ground();
  std::size_t bytes = 0;
  while (!waiting_.empty() && claim.batch.size() < entry_operations_max &&
         bytes < entry_bytes_enough) {
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    auto refusal = parts_.composer.refuses(ground, claim.entry, *next->operation);
    if (refusal && claim.batch.empty()) {
      answer(*next, *std::move(refusal));
    } else if (refusal) {
      claim.left_out.push_back({.waiting = next, .refusal = *std::move(refusal)});
    } else {
      bytes += next->operation->bytes;
      parts_.composer.append(ground, claim.entry, std::move(*next->operation));
      claim.batch.push_back(next);
    }
  }
  if (!claim.batch.empty()) claim.bytes = write_entry(claim.entry);
  return claim;
}

/// Repeats the same add while it is unknown: another position would fill an intent twice. Empty if
/// the store has failed or was silent for too long; `undecided` tells which.
Task<std::optional<Write>> Turnstile::add_until_decided(Claim* claim) {
  int failures = 0;
  // By the clock: a store that is silent takes its time for each call.
  const Steady until = parts_.clock.steady() + answer_within;
  while (parts_.clock.steady() < until) {
    const auto added =
        co_await parts_.sequences.add_entry(sequence_, claim->entry.number, claim->bytes);
    if (added && *added != Write::unknown) co_return *added;
    if (added) claim->undecided = true;
    if (!added) claim->failure = added.error().detail;
    if (!added && !claim->undecided && ++failures == failures_max) break;
    co_await parts_.clock.sleep(poll);
  }
  co_return std::optional<Write>{};
}

/// The position is taken: by our own add that was unknown, or by others. Either way its entry
/// makes the new tip, and what of ours is not in it tries the next position.
Task<void> Turnstile::look_who_was_first(Claim* claim) {
  const Steady until = parts_.clock.steady() + answer_within;
  while (parts_.clock.steady() < until) {
    const auto stored = co_await parts_.sequences.entry(sequence_, claim->entry.number);
    if (stored && *stored) {
      const bool ours = let_pass(claim, (*stored)->entry, (*stored)->tip);
      if (ours) co_return;
      ++parts_.counters.lost_claims;
      co_await catch_up();
      co_return;
    }
    co_await parts_.clock.sleep(poll);  // a stale read: the store has said that it exists
  }
  claim->undecided = true;
  give_back(*claim);
}

/// Whoever was first may have claimed further entries since. To lose them one by one takes longer
/// than to claim them, and so a node beside a busy one would lose for ever.
Task<void> Turnstile::catch_up() {
  auto newest = co_await parts_.sequences.newest_tip(sequence_, *tip_);
  if (newest) learn(*std::move(newest));
}

/// Answers those whose intents are in `entry`, and those whom they left no room; the others wait
/// on, first in line. True if there were any: then settling the entry is ours.
bool Turnstile::let_pass(Claim* claim, std::shared_ptr<const Entry> entry, const Tip& tip) {
  learn(tip);
  const auto is_in = [&](const auto& waiting) {
    return entry->find(waiting->operation->intent) != nullptr;
  };
  const bool ours = std::any_of(claim->batch.begin(), claim->batch.end(), is_in);
  if (ours) refuse_left_out(*claim);
  for (auto& [waiting, refusal] : claim->left_out) waiting_.push_front(std::move(waiting));
  for (auto waiting = claim->batch.rbegin(); waiting != claim->batch.rend(); ++waiting) {
    const Operation* operation = entry->find((*waiting)->operation->intent);
    if (operation == nullptr) {
      waiting_.push_front(*waiting);
      continue;
    }
    ++parts_.counters.operations;
    answer(**waiting,
           Claimed{.entry = entry->number, .slot = entry->slot_of(*operation), .where = entry});
  }
  if (!ours) return false;
  ++parts_.counters.entries;
  ++unsettled_;
  parts_.tasks.spawn(settle(std::move(entry), tip));
  return true;
}

Task<void> Turnstile::settle(std::shared_ptr<const Entry> entry, Tip tip) {
  const auto self = shared_from_this();
  const auto completed = co_await parts_.finisher.complete(entry);
  for (const auto& operation : entry->operations) parts_.driven.erase(operation.intent);
  if (completed && publisher_.settled(std::move(tip))) parts_.tasks.spawn(publish());
  --unsettled_;
  if (room_) room_->set();
}

Task<void> Turnstile::publish() {
  const auto self = shared_from_this();
  co_await publisher_.run();
}

/// The entry is not ours, or nobody knows: its operations are again what they were.
void Turnstile::take_back(Claim& claim) const {
  for (std::size_t at = 0; at < claim.batch.size(); ++at) {
    Operation& operation = *claim.batch[at]->operation;
    operation = std::move(claim.entry.operations[at]);
    parts_.composer.undo(operation);
  }
}

void Turnstile::refuse_left_out(Claim& claim) {
  for (auto& [waiting, refusal] : std::exchange(claim.left_out, {})) {
    answer(*waiting, std::move(refusal));
  }
}

void Turnstile::drop_passed() {
  for (auto& waiting : waiting_) {
    if (waiting->last <= tip_->entry) answer(*waiting, Passed{});
  }
  std::erase_if(waiting_, [](const auto& waiting) { return waiting->passage.has_value(); });
}

/// Lets them go without a position. Undecided ones are never tried at another, here or anywhere:
/// whoever resolves their holds learns what became of them.
void Turnstile::give_back(const Claim& claim) {
  for (const auto& [waiting, refusal] : claim.left_out) {
    answer(*waiting, Error{Errc::unavailable, "the store does not say what came before, in " +
                                                  sequence_.name() + ": " + claim.failure});
  }
  for (const auto& waiting : claim.batch) {
    if (claim.undecided)
      answer(*waiting, Unanswered{});
    else
      answer(*waiting, Error{Errc::unavailable, "the store took no entry of " + sequence_.name() +
                                                    ": " + claim.failure});
  }
}

void Turnstile::answer(Waiting& waiting, Passage passage) {
  if (waiting.passage) return;
  waiting.passage = std::move(passage);
  waiting.answered.set();
}

}  // namespace posse
