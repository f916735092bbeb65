/// Drawing swarms.
// SPDX-License-Identifier: Apache-2.0
#include "sim/swarm.h"

#include "sim/digest.h"
#include "sim/random.h"

namespace posse::sim {
namespace {

using namespace std::chrono_literals;

/// Whoever asks a node that is cut off for so long is answered nevertheless.
constexpr Moment longer_than_patience = 12s;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(random_.bits() % bound);
  }
  std::uint32_t from(std::uint32_t least, std::uint32_t most) {
    return least + below(most - least + 1);
  }
  bool one_in(std::uint32_t many) { return below(many) == 0; }

  template <class T, std::size_t Count>
  T of(const std::array<T, Count>& choices) {
    return choices.at(below(Count));
  }

 private:
  SeededRandom random_;
};

/// Half of them not at all, crashes always; what meets many calls at once less often.
void draw_rates(Draw& draw, Swarm& swarm) {
  constexpr std::array<std::uint32_t, 4> rates{20, 100, 400, 1500};
  constexpr std::array crashes{Mishap::crash_before, Mishap::crash_after, Mishap::crash_late};
  for (std::size_t m = 1; m <= static_cast<std::size_t>(Mishap::full); ++m) {
    if (draw.one_in(2)) continue;
    const bool meets_many = m >= static_cast<std::size_t>(Mishap::pause);
    swarm.in_100000.at(m) = meets_many ? draw.of(rates) / 6 : draw.of(rates);
  }
  for (const Mishap crash : crashes) {
    swarm.in_100000.at(static_cast<std::size_t>(crash)) = draw.of(rates) / 3;
  }
}

Event draw_event(Draw& draw, const Swarm& swarm) {
  Event event;
  event.kind = static_cast<Event::Kind>(draw.below(7));
  event.node = draw.from(1, swarm.nodes);
  const Moment span = swarm.think * swarm.orders / 2;
  event.at = Moment{draw.below(static_cast<std::uint32_t>(span.count()))};
  constexpr std::array<Moment, 4> lengths{20ms, 100ms, 500ms, 3s};
  event.length = draw.of(lengths);
  if (event.kind == Event::Kind::pause && draw.one_in(16)) event.length = 10min;
  const bool is_cut =
      event.kind == Event::Kind::cut_requests || event.kind == Event::Kind::cut_answers;
  if (is_cut && draw.one_in(4)) event.length = longer_than_patience;
  const std::int64_t jump = draw.from(0, 7'200'000);
  event.jump = std::chrono::milliseconds{jump} - 1h;
  return event;
}

void draw_clocks(Draw& draw, Swarm& swarm) {
  const bool sound = draw.one_in(2);
  for (std::uint32_t node = 0; node < swarm.nodes; ++node) {
    const std::int64_t off = draw.from(0, 7'200'000);
    swarm.clocks_off.push_back(sound ? 0ms : std::chrono::milliseconds{off} - 1h);
    swarm.clock_rates.push_back(sound ? 4 : draw.from(2, 8));
  }
}

}  // namespace

Swarm swarm_of(std::uint64_t seed) {
  Draw draw(mixed(seed, 1));
  Swarm swarm;
  swarm.seed = seed;
  swarm.nodes = draw.from(1, 4);
  // With few of them, each settles so much that it spills.
  swarm.buyers = draw.one_in(4) ? 2 : draw.from(2, 24);
  swarm.campaigns = draw.from(1, 3);
  swarm.orders = draw.from(200, 400) / swarm.buyers;
  swarm.rotates = draw.one_in(2);
  constexpr std::array<std::uint32_t, 4> all_draws{0, 2, 2, 64};
  swarm.draws = draw.of(all_draws);
  constexpr std::array<Moment, 3> thinks{1ms, 5ms, 30ms};
  constexpr std::array<Moment, 4> ways{1us, 200us, 2ms, 8ms};
  constexpr std::array<Moment, 3> deadlines{50ms, 200ms, 800ms};
  constexpr std::array<Moment, 3> reboots{2ms, 50ms, 500ms};
  swarm.think = draw.of(thinks);
  swarm.way = draw.of(ways);
  swarm.deadline = draw.of(deadlines);
  swarm.reboot = draw.of(reboots);
  draw_rates(draw, swarm);
  const std::uint32_t events = draw.below(40);
  for (std::uint32_t i = 0; i < events; ++i) swarm.events.push_back(draw_event(draw, swarm));
  draw_clocks(draw, swarm);
  return swarm;
}

Swarm lying_swarm_of(std::uint64_t seed) {
  Swarm swarm = swarm_of(seed);
  swarm.in_100000 = {};
  swarm.in_100000.at(static_cast<std::size_t>(Mishap::lie)) = 2000;
  swarm.events.clear();
  return swarm;
}

}  // namespace posse::sim
