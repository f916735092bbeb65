/// Beating, asking the schedule, and walking through the groups.
// SPDX-License-Identifier: Apache-2.0
#include "patrol/patrol.h"

#include <algorithm>
#include <utility>

namespace posse {
namespace {

constexpr auto ask_every = 1000ms;

/// How soon a stop is noticed.
constexpr std::chrono::milliseconds nap = 250ms;

}  // namespace

void Summary::add(const Summary& other) {
  sequences += other.sequences;
  finished += other.finished;
  taken_off += other.taken_off;
  errors += other.errors;
  if (!other.last_error.empty()) last_error = other.last_error;
  for (const auto& alarm : other.alarms) {
    if (alarms.size() < alarms_max) alarms.insert(alarm);
  }
  oldest = std::max(oldest, other.oldest);
}

void Summary::add(const Error& error) {
  if (error.code == Errc::books_broken) {
    if (alarms.size() < alarms_max) alarms.insert(error.detail);
    return;
  }
  ++errors;
  last_error = error.detail;
}

Patrol::Patrol(Parts parts)
    : parts_(std::move(parts)),
      round_(parts_.sequences, parts_.finisher, parts_.clock),
      tasks_(parts_.executor) {
  for (std::size_t shard = 0; shard < watch_shards; ++shard) {
    groups_.at(shard).name = watch_key(shard).text();
  }
  groups_.at(journals_group).name = "journal";
}

void Patrol::start() {
  for (auto& group : groups_) group.last = parts_.clock.steady();
  tasks_.spawn(beat());
  tasks_.spawn(watch());
}

Task<void> Patrol::stop() {
  stopping_ = true;
  round_.stop();
  co_await tasks_.join();
  const auto left = co_await parts_.membership.leave();
  if (!left) counters_.rounds.add(left.error());  // the others forget us without it
}

Task<void> Patrol::beat() {
  while (!stopping_) {
    const auto beaten = co_await parts_.membership.beat();
    if (beaten)
      ++counters_.beats;
    else
      hindered(beaten.error());
    co_await pause(beat_every);
  }
}

void Patrol::hindered(const Error& error) {
  Summary summary;
  summary.add(error);
  counters_.rounds.add(summary);
  if (hear_) hear_(summary);
}

Task<void> Patrol::watch() {
  while (!stopping_) {
    second();
    co_await pause(ask_every);
  }
}

/// Sleeps in naps, as a stop shall not have to wait for it.
Task<void> Patrol::pause(std::chrono::milliseconds pause) {
  const Steady until = parts_.clock.steady() + pause;
  while (!stopping_) {
    const auto left = until - parts_.clock.steady();
    if (left <= 0ms) break;
    co_await parts_.clock.sleep(std::min(left, nap));
  }
}

/// Starts a pass over every group that is ours in this second, unless one is still under way.
void Patrol::second() {
  for (std::size_t at = 0; at < groups_count; ++at) {
    Group& group = groups_.at(at);
    close_eyes(group);
    if (!is_ours(group)) continue;
    ++counters_.wins;
    group.last = parts_.clock.steady();
    if (group.busy) continue;
    group.busy = true;
    tasks_.spawn(patrol(at));
  }
}

bool Patrol::is_ours(const Group& group) {
  const bool watched = !group.eyes.empty();
  const Turn turn{.group = group.name,
                  .node = parts_.membership.node(),
                  .second = parts_.clock.now(),
                  .members = parts_.membership.alive(),
                  .away = parts_.clock.steady() - group.last,
                  .away_max = watched ? away_with_eyes_max : away_max};
  return parts_.schedule.patrols(turn);
}

Task<void> Patrol::patrol(std::size_t group) {
  const Summary summary = co_await pass(group);
  counters_.rounds.add(summary);
  if (hear_) hear_(summary);
  groups_.at(group).oldest = summary.oldest;
  groups_.at(group).busy = false;
}

Task<Summary> Patrol::once() {
  Summary all;
  for (std::size_t group = 0; group < groups_count; ++group) {
    const Summary summary = co_await pass(group);
    all.add(summary);
  }
  co_return all;
}

Task<Summary> Patrol::pass(std::size_t group) {
  Pass pass;
  co_await gather(group, &pass);
  TaskGroup rounds_under_way(parts_.executor);
  const std::size_t at_once = std::min(rounds_at_once, pass.sequences.size());
  for (std::size_t started = 0; started < at_once; ++started) {
    rounds_under_way.spawn(rounds(&pass));
  }
  co_await rounds_under_way.join();
  if (group == journals_group || pass.quiet.empty()) co_return std::move(pass.summary);

  const auto taken_off = co_await parts_.watch_list.take_off(group, std::move(pass.quiet));
  if (taken_off)
    pass.summary.taken_off += *taken_off;
  else
    pass.summary.add(taken_off.error());
  co_return std::move(pass.summary);
}

/// Without the watch list, what we have an eye on is still ours to patrol.
Task<void> Patrol::gather(std::size_t group, Pass* pass) {
  if (group == journals_group) {
    for (std::uint64_t n = 0; n < journals; ++n) {
      pass->sequences.push_back(
          Watched{.sequence = generic_journal(n), .announced = {}, .quiet = {}});
    }
    co_return;
  }
  auto listed = co_await parts_.watch_list.list(group);
  std::set<Sequence> others;
  for (const auto& [sequence, until] : groups_.at(group).eyes) others.insert(sequence);
  if (listed) {
    pass->sequences = *std::move(listed);
    for (const auto& one : pass->sequences) others.erase(one.sequence);
  } else {
    pass->summary.add(listed.error());
  }
  for (const auto& sequence : others) {
    pass->sequences.push_back(Watched{.sequence = sequence, .announced = {}, .quiet = {}});
  }
}

Task<void> Patrol::rounds(Pass* pass) {
  while (pass->next < pass->sequences.size() && !stopping_) {
    const Watched& watched = pass->sequences.at(pass->next++);
    const auto found = co_await round_.run(watched.sequence);
    note(found, watched, *pass);
  }
}

void Patrol::note(const Found& found, const Watched& watched, Pass& pass) const {
  ++pass.summary.sequences;
  pass.summary.finished += found.finished;
  if (found.unsettled) {
    const auto age = parts_.clock.now() - *found.unsettled;
    pass.summary.oldest = std::max(pass.summary.oldest, age);
  }
  if (found.failure)
    pass.summary.add(*found.failure);
  else if (found.quiet)
    pass.quiet.push_back(watched);
}

void Patrol::keep_an_eye_on(const Sequence& sequence) {
  if (is_generic_journal(sequence)) return;  // patrolled anyway
  auto& eyes = groups_.at(shard_of(sequence)).eyes;
  const Steady until = parts_.clock.steady() + eye_for;
  if (const auto known = eyes.find(sequence); known != eyes.end()) {
    known->second = until;
  } else if (eyes_ < eyes_max) {
    eyes.emplace(sequence, until);
    ++eyes_;
  }
}

void Patrol::close_eyes(Group& group) {
  const Steady now = parts_.clock.steady();
  eyes_ -= std::erase_if(group.eyes, [&](const auto& eye) { return eye.second <= now; });
}

PatrolCounters Patrol::counters() const {
  PatrolCounters counters = counters_;
  for (const auto& group : groups_) {
    counters.oldest_now = std::max(counters.oldest_now, group.oldest);
  }
  return counters;
}

}  // namespace posse
