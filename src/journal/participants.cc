/// The loop round every step that changes a participant.
// SPDX-License-Identifier: Apache-2.0
#include "journal/participants.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace posse {

Task<Result<Updated>> Participants::update(Key key, Decision decision, Absence absence) {
  Step own{.decision = std::move(decision), .absence = absence, .turn = {}, .result = {}};
  const auto place = lanes_.try_emplace(std::move(key)).first;
  Lane& lane = place->second;
  lane.waiting.push_back(&own);
  if (lane.busy) co_await own.turn.wait();  // until answered, or until it is ours to swap
  if (own.result) co_return *own.result;

  lane.busy = true;
  const Steps steps = std::exchange(lane.waiting, {});
  const auto swapped = co_await swap(&place->first, &steps);
  for (Step* step : steps) {
    if (!swapped) step->result = swapped.error();
    if (step != &own) step->turn.set();
  }
  if (lane.waiting.empty()) {
    lanes_.erase(place);
  } else {
    lane.waiting.front()->turn.set();
  }
  co_return *own.result;
}

/// Answers every step, or fails for all of them: one read, one decision of every step, one cas, and
/// again if others were first.
Task<Result<void>> Participants::swap(const Key* key, const Steps* steps) {
  constexpr int eager_swaps = 4;  // losing a few is ordinary
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    Read read;
    if (!recall(*key, read)) {
      const auto document = co_await doors_.store.get(*key);
      if (!document) co_return document.error();
      if (auto unreadable = show(*key, *document, read)) co_return *std::move(unreadable);
    }
    const bool is_written = decide(*steps, read);
    if (!is_written && !read.fresh) continue;  // what it does not show may have come
    if (!is_written) {
      conclude(*steps);
      co_return Result<void>{};
    }
    if (read.participant.settled.size() >= settled_max) {
      const auto spilled = co_await spill(key, &read.participant);
      if (!spilled) co_return spilled.error();
    }
    const auto written = co_await write(*key, read);
    if (!written) co_return written.error();
    if (written->answer == Write::done) {
      remember(*key, std::move(read.participant), written->version);
      conclude(*steps);
      co_return Result<void>{};
    }
    // Refused or unknown: only the document knows who was first, so it is read again. Taking the
    // first refusal for somebody's settlement would lose the debit when a deposit came in between.
    ++counters_.swaps_lost;
    if (swaps >= eager_swaps) co_await pause();
  }
  co_return Error{Errc::contended, key->text() + ": others changed it each time"};
}

/// Has every step decide; whether one of them wants to write. A step that is not to be shown an
/// absent document has its result.
bool Participants::decide(const Steps& steps, Read& read) {
  bool is_written = false;
  for (Step* step : steps) {
    step->result.reset();
    step->verdict = Verdict::keep;
    if (!read.version && step->absence == Absence::is_told) {
      step->result = Updated::absent;
      continue;
    }
    step->verdict = step->decision(read.participant);
    is_written = is_written || step->verdict != Verdict::keep;
  }
  return is_written;
}

/// What each step wanted is in the document.
void Participants::conclude(const Steps& steps) {
  for (Step* step : steps) {
    if (step->result) continue;
    step->result = step->verdict == Verdict::keep ? Updated::kept : Updated::written;
  }
}

Task<Result<Written>> Participants::write(const Key& key, const Read& read) {
  Bytes bytes = write_participant(read.participant);
  if (!read.version) return doors_.store.add(key, std::move(bytes));
  return doors_.store.cas(key, *read.version, std::move(bytes));
}

/// The participant as this node has written it last; false if that is not remembered.
bool Participants::recall(const Key& key, Read& read) {
  const auto known = remembered_.find(key);
  if (known == remembered_.end()) return false;
  read.participant = std::move(known->second.participant);
  read.version = known->second.version;
  read.fresh = false;
  forget(known);  // used once: after it, the store knows better
  return true;
}

/// The participant as the store shows it.
std::optional<Error> Participants::show(const Key& key, const std::optional<Document>& document,
                                        Read& read) {
  read.participant.is_there = document.has_value();
  if (!document) return {};
  auto participant = read_participant(document->value, key);
  if (!participant) return participant.error();
  read.participant = *std::move(participant);
  read.version = document->version;
  return {};
}

/// Moves the oldest settlements into pages while there are too many. A page's content follows from
/// the history of the participant alone, so one that is there already is the same one.
Task<Result<void>> Participants::spill(const Key* key, Participant* participant) {
  int undecided = 0;
  while (participant->settled.size() >= settled_max) {
    Settlements left = participant->settled;
    const Settlements oldest = left.take_oldest(settled_page);
    const Key page = settled_page_key(*key, participant->pages);
    const auto written = co_await doors_.store.add(page, write_settled_page(oldest));
    if (!written) co_return written.error();
    if (written->answer == Write::unknown) {
      if (++undecided == failures_max) {
        co_return Error{Errc::unavailable, page.text() + ": the store leaves it undecided"};
      }
      co_await doors_.clock.sleep(poll);
      continue;  // the same add, until it is decided
    }
    participant->settled = std::move(left);
    ++participant->pages;
    for (const auto& one : oldest.all()) {
      participant->spilled_until = std::max(participant->spilled_until, one.issued);
    }
  }
  co_return Result<void>{};
}

/// Steps aside for a random while.
Task<void> Participants::pause() {
  constexpr std::uint64_t pause_ms_max = 16;
  const auto pause = std::chrono::milliseconds{1 + doors_.random.bits() % pause_ms_max};
  co_await doors_.clock.sleep(pause);
}

Task<Result<std::optional<Participant>>> Participants::get(Key key) {
  const auto document = co_await doors_.store.get(key);
  if (!document) co_return document.error();
  if (!*document) co_return std::optional<Participant>{};
  auto participant = read_participant((*document)->value, key);
  if (!participant) co_return participant.error();
  co_return *std::move(participant);
}

Task<Result<Write>> Participants::create(Key key, boost::json::object data) {
  Participant participant;
  participant.data = std::move(data);
  const auto written = co_await doors_.store.add(key, write_participant(participant));
  if (!written) co_return written.error();
  co_return written->answer;
}

Task<Result<Settlements>> Participants::page(Key key, std::uint64_t page) {
  const Key page_key = settled_page_key(key, page);
  const auto document = co_await doors_.store.get(page_key);
  if (!document) co_return document.error();
  if (!*document) co_return Error{Errc::contended, page_key.text() + ": exists, reads deny it"};
  co_return read_settled_page((*document)->value, page_key);
}

Task<Result<std::optional<Settled>>> Participants::find_spilled(
    Key key, Pages pages, std::function<bool(const Settled&)> wanted) {
  for (std::uint64_t page = pages.to; page > pages.from; --page) {
    const auto settled = co_await this->page(key, page - 1);
    if (!settled) co_return settled.error();
    const auto rows = settled->all();
    const auto found = std::find_if(rows.begin(), rows.end(), wanted);
    if (found != rows.end()) co_return *found;
  }
  co_return std::optional<Settled>{};
}

void Participants::remember(const Key& key, Participant participant, Version version) {
  if (participant.holds.empty()) return;  // nothing of ours to settle here soon
  const auto [place, is_new] = remembered_.try_emplace(key);
  if (!is_new) ages_.erase(place->second.age);
  ages_.push_back(&place->first);
  place->second.participant = std::move(participant);
  place->second.version = version;
  place->second.age = std::prev(ages_.end());
  if (remembered_.size() > remembered_max) forget(remembered_.find(*ages_.front()));
}

void Participants::forget(Memory::iterator known) {
  ages_.erase(known->second.age);
  remembered_.erase(known);
}

}  // namespace posse
