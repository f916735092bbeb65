/// Learning what the others' clocks show.
// SPDX-License-Identifier: Apache-2.0
#include "patrol/clock_watch.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace posse {
namespace {

/// Two looks that are further apart, by a pause of the process or of the store, say too little.
constexpr auto apart_max = 2 * look_every;

/// While our own beats take longer, so may those of others, and the times in them are old.
constexpr auto beat_took_max = 100ms;

std::chrono::milliseconds median(std::vector<std::chrono::milliseconds> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

Task<void> ClockWatch::look() {
  const Steady before = clock_.steady();
  const auto members = co_await membership_.members();
  const Steady now = clock_.steady();
  if (!members) co_return;
  const Steady since = last_look_.value_or(now);
  last_look_ = before;
  std::erase_if(seen_, [&members](const auto& seen) {
    return std::ranges::find(*members, seen.first, &Member::node) == members->end();
  });
  for (const auto& member : *members) {
    if (member.node != membership_.node()) observe(member, since, now);
  }
}

/// `member` was not yet as it is at `before`, if it has changed.
void ClockWatch::observe(const Member& member, Steady before, Steady now) {
  const auto [known, is_new] =
      seen_.try_emplace(member.node, Seen{.member = member, .shows = {}, .learnt = {}});
  Seen& seen = known->second;
  const bool has_beaten = !is_new && seen.member != member;
  seen.member = member;
  if (!has_beaten || now - before > apart_max) return;
  if (membership_.beat_took() > beat_took_max) return;
  const Steady middle = before + (now - before) / 2;
  seen.shows = member.time.time_since_epoch() - middle;
  seen.learnt = now;
}

std::optional<std::chrono::milliseconds> ClockWatch::ahead() const {
  const Steady now = clock_.steady();
  const std::chrono::milliseconds own = clock_.now().time_since_epoch() - now;
  std::vector<std::chrono::milliseconds> clocks{own};
  for (const auto& [node, seen] : seen_) {
    if (seen.shows && now - seen.learnt <= clock_known_for) clocks.push_back(*seen.shows);
  }
  if (clocks.size() < clocks_min) return {};
  return own - median(std::move(clocks));
}

bool ClockWatch::is_off() const {
  const auto ahead = this->ahead();
  return ahead && std::chrono::abs(*ahead) > clock_off_max;
}

}  // namespace posse
