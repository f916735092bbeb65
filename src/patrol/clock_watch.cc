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
  notice_step();
  if (members) {
    const Steady since = last_look_.value_or(now);
    last_look_ = before;
    std::erase_if(seen_, [&members](const auto& seen) {
      return std::ranges::find(*members, seen.first, &Member::node) == members->end();
    });
    for (const auto& member : *members) observe(member, since, now);
  }
  judge(now);
}

/// What our clock shows, less our steady time.
std::chrono::milliseconds ClockWatch::own() const {
  return clock_.now().time_since_epoch() - clock_.steady();
}

void ClockWatch::notice_step() {
  const auto now = own();
  if (last_own_ && std::chrono::abs(now - *last_own_) > clock_step) {
    for (auto& [node, seen] : seen_) seen.beats.clear();
  }
  last_own_ = now;
}

/// `member` was not yet as it is at `before`, if it has changed.
void ClockWatch::observe(const Member& member, Steady before, Steady now) {
  if (member.node == membership_.node() || left_out_.contains(member.node)) return;
  const auto [known, is_new] = seen_.try_emplace(member.node, Seen{.member = member, .beats = {}});
  Seen& seen = known->second;
  const bool has_beaten = !is_new && seen.member != member;
  seen.member = member;
  if (!has_beaten || now - before > apart_max) return;
  if (membership_.beat_took() > beat_took_max) return;
  const Steady middle = before + (now - before) / 2;
  seen.beats.push_back({.less_steady = member.time.time_since_epoch() - middle, .learnt = now});
  if (seen.beats.size() > beats_that_count) seen.beats.pop_front();
}

void ClockWatch::judge(Steady now) {
  if (const auto ahead = this->ahead()) {
    is_off_ = std::chrono::abs(*ahead) > clock_off_max;
    ahead_last_ = *ahead;
    last_told_ = now;
  } else if (now - last_told_ > clock_known_for) {
    is_off_ = false;
  }
}

std::optional<std::chrono::milliseconds> ClockWatch::ahead() const {
  const Steady now = clock_.steady();
  const std::chrono::milliseconds own = this->own();
  std::vector<std::chrono::milliseconds> clocks{own};
  for (const auto& [node, seen] : seen_) {
    if (seen.beats.empty() || now - seen.beats.back().learnt > clock_known_for) continue;
    clocks.push_back(std::ranges::max(seen.beats, {}, &Showed::less_steady).less_steady);
  }
  if (clocks.size() < clocks_min) return {};
  return own - median(std::move(clocks));
}

}  // namespace posse
