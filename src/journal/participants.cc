/// The loop round every step that changes a participant.
// SPDX-License-Identifier: Apache-2.0
#include "journal/participants.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace posse {

Task<Result<Updated>> Participants::update(Key key, Decision decision, Absence absence) {
  Step own{.decision = std::move(decision), .absence = absence, .turn = {}, .result = {}};
  const auto place = lanes_.try_emplace(key).first;
  Lane& lane = place->second;
  lane.waiting.push_back(&own);
  if (lane.busy) co_await own.turn.wait();  // until answered, or until it is ours to swap
  if (own.result) co_return *own.result;

  lane.busy = true;
  const std::vector<Step*> steps(lane.waiting.begin(), lane.waiting.end());
  lane.waiting.clear();
  const auto swapped = co_await swap(key, steps);
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

/// Answers every step, or fails for all of them.
Task<Result<void>> Participants::swap(Key key, std::vector<Step*> steps) {
  for (int swaps = 0; swaps < swaps_max; ++swaps) {
    const auto ended = co_await round(key, steps);
    if (!ended) co_return ended.error();
    if (*ended == Round::over) co_return Result<void>{};
    if (*ended == Round::lost) {
      ++counters_.swaps_lost;
      co_await pause_after(swaps);
    }
  }
  co_return Error{Errc::contended, key.text() + ": others changed it each time"};
}

/// Has every step decide; whether one of them wants to write. A step that is not to be shown an
/// absent document has its result.
bool Participants::decide(const std::vector<Step*>& steps, Read& read) {
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

/// One read, one decision of every step, one cas.
Task<Result<Participants::Round>> Participants::round(Key key, std::vector<Step*> steps) {
  auto read = co_await this->read(key);
  if (!read) co_return read.error();
  const bool is_written = decide(steps, *read);
  if (!is_written && !read->fresh) co_return Round::stale;  // what it does not show may have come
  if (is_written) {
    const auto spilled = co_await spill(key, &read->participant);
    if (!spilled) co_return spilled.error();
    const auto written = co_await write(key, &*read);
    if (!written) co_return written.error();
    // Refused or unknown: only the document knows who was first, so it is read again. Taking the
    // first refusal for somebody's settlement would lose the debit when a deposit came in between.
    if (written->answer != Write::done) co_return Round::lost;
    remember(key, std::move(read->participant), written->version);
  }
  for (Step* step : steps) {
    if (step->result) continue;
    step->result = step->verdict == Verdict::keep ? Updated::kept : Updated::written;
  }
  co_return Round::over;
}

Task<Result<Written>> Participants::write(Key key, const Read* read) {
  Bytes bytes = write_participant(read->participant);
  if (!read->version) co_return co_await doors_.store.add(std::move(key), std::move(bytes));
  co_return co_await doors_.store.cas(std::move(key), *read->version, std::move(bytes));
}

Task<Result<Participants::Read>> Participants::read(Key key) {
  if (const auto known = remembered_.find(key); known != remembered_.end()) {
    Read read{.participant = std::move(known->second.participant),
              .version = known->second.version,
              .fresh = false};
    forget(known);  // used once: after it, the store knows better
    co_return read;
  }
  const auto document = co_await doors_.store.get(key);
  if (!document) co_return document.error();
  Read read{.participant = {}, .version = {}};
  read.participant.is_there = document->has_value();
  if (!*document) co_return read;
  auto participant = read_participant((*document)->value, key);
  if (!participant) co_return participant.error();
  read.participant = *std::move(participant);
  read.version = (*document)->version;
  co_return read;
}

/// Moves the oldest settlements into pages while there are too many. A page's content follows from
/// the history of the participant alone, so one that is there already is the same one.
Task<Result<void>> Participants::spill(Key key, Participant* participant) {
  int undecided = 0;
  while (participant->settled.size() >= settled_max) {
    Settlements left = participant->settled;
    const Settlements oldest = left.take_oldest(settled_page);
    const Key page = settled_page_key(key, participant->pages);
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

/// Losing a few rounds is ordinary; after that, step aside for a random while.
Task<void> Participants::pause_after(int swaps) {
  constexpr int eager_swaps = 4;
  constexpr std::uint64_t pause_ms_max = 16;
  if (swaps < eager_swaps) co_return;
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
  place->second = {
      .participant = std::move(participant), .version = version, .age = std::prev(ages_.end())};
  if (remembered_.size() > remembered_max) forget(remembered_.find(*ages_.front()));
}

void Participants::hand_over(const Key& key, HandedOver& participants) {
  const auto known = remembered_.find(key);
  if (known == remembered_.end()) return;
  participants.push_back({.key = key,
                          .participant = std::move(known->second.participant),
                          .version = known->second.version});
  forget(known);
}

void Participants::take_over(HandedOver participants) {
  for (Handed& one : participants) remember(one.key, std::move(one.participant), one.version);
}

void Participants::forget(Memory::iterator known) {
  ages_.erase(known->second.age);
  remembered_.erase(known);
}

}  // namespace posse
