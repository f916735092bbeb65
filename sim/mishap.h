/// What can go wrong in a world, and at which step of the protocol.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "sim/call.h"
#include "sim/contents.h"

namespace posse::sim {

/// The first ones happen to a call; the others to a node or the store, and to whichever calls are
/// under way.
enum class Mishap : std::uint8_t {
  none,
  crash_before,  ///< The node dies, the request with it.
  crash_after,   ///< The node dies when the write has happened.
  crash_late,    ///< The node dies, the write happens later.
  request_lost,
  answer_lost,
  late,     ///< No answer; it happens long after.
  twice,    ///< Carried out twice; the answer is that of either.
  failed,   ///< It does not happen, and the store says so.
  slow,     ///< Takes nearly as long as the driver waits.
  stale,    ///< A read shows the past.
  garbled,  ///< A read shows something that no node wrote.
  pause,    ///< The node stands still, and then goes on as if nothing had been.
  cut,      ///< The node's requests are lost, or its answers.
  restart,  ///< The store: nobody learns what became of the calls under way.
  full,     ///< The store refuses to grow for a while.
  lie,      ///< The driver says `done` of what it did not do: no store may. The canary.
};
inline constexpr std::size_t mishaps = 17;

/// What a call is in the protocol.
enum class Step : std::uint8_t {
  read_account,
  read_head,
  read_entry,
  read_receipt,
  read_page,
  read_watch_list,
  read_members,
  create,
  declare,
  claim,
  fence,
  receipt,
  settle,
  confirm,
  release,
  spill,
  publish,
  pay,
  announce,
  beat,
};
inline constexpr std::size_t steps = 20;

std::string_view name(Mishap mishap);
std::string_view name(Step step);
bool is_read(Step step);

/// Which step `call` is, where `now` is what stands at its key.
Step step_of(const Call& call, const Item& now);

/// Names one decision about what goes wrong: the call of one life of one node, or, with node 0,
/// one of the world's own events. Replays and shrinking choose among these.
struct DecisionId {
  std::uint32_t node = 0;
  std::uint32_t life = 0;
  std::uint32_t call = 0;

  std::string text() const;
  friend auto operator<=>(const DecisionId&, const DecisionId&) = default;
};

/// How often each mishap met each step.
class Coverage {
 public:
  void count(Step step, Mishap mishap) { ++cells_[{step, mishap}]; }
  void add(const Coverage& other);

  std::uint64_t of(Mishap mishap) const;
  std::uint64_t at(Step step, Mishap mishap) const;

  /// Steps and mishaps that must meet and never did, as `step/mishap`, with spaces between them.
  std::string gaps() const;
  std::string table() const;

 private:
  std::map<std::pair<Step, Mishap>, std::uint64_t> cells_;
};

/// Whether a mishap can happen at a step at all.
bool can_meet(Step step, Mishap mishap);

}  // namespace posse::sim
