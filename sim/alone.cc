/// Running alone.
// SPDX-License-Identifier: Apache-2.0
#include "sim/alone.h"

namespace posse::sim {

Alone run_alone(boost::asio::io_context& io, const Script& script, Contents& contents) {
  constexpr int calls_max = 10'000;
  constexpr std::uint64_t seed = 99;
  Puppet puppet(io, {.script = script, .seed = seed, .tick = {}});
  Alone alone;
  for (int calls = 0; calls < calls_max; ++calls) {
    const auto pending = puppet.pending();
    if (pending.empty()) break;
    const Call& call = *pending.front().call;
    const Answer answer = carry_out(call, contents);
    if (answer.kind == Answer::Kind::done) ++alone.writes;
    puppet.answer(pending.front().number, answer);
  }
  alone.ended = puppet.ended();
  alone.alarms = puppet.counters().alarms.size();
  alone.told = puppet.told();
  return alone;
}

}  // namespace posse::sim
