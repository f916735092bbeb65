/// Whether this node's wall clock agrees with its neighbours'.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "patrol/membership.h"
#include "posse/clock.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// How often the others' beats are looked at: what a clock shows is known as exactly as that.
inline constexpr auto look_every = 250ms;

/// A clock that is further than this from the median prices no sale.
inline constexpr auto clock_off_max = 500ms;

/// With fewer clocks, our own among them, nobody can say which one is wrong.
inline constexpr std::size_t clocks_min = 3;

/// What a clock showed says nothing after this: several beats.
inline constexpr auto clock_known_for = 60000ms;

/// Compares wall clocks by the beats of the membership document. A beat that is new since the last
/// look was made between the two, at the time it carries: that gives the offset to half of
/// `look_every` and the time a write takes. Looks that were too far apart, or while our own beats
/// take long, teach nothing, so that a slow store makes nobody doubt his clock. Safety never rests
/// on it; a falling price does.
class ClockWatch {
 public:
  ClockWatch(Membership& membership, Clock& clock) : membership_(membership), clock_(clock) {}

  /// Reads the document once; to be called every `look_every`. What fails is no news.
  Task<void> look();

  /// How far our clock is ahead of the median of all that are known; empty with fewer than
  /// `clocks_min`.
  std::optional<std::chrono::milliseconds> ahead() const;

  /// Whether our clock prices no sale.
  bool is_off() const;

 private:
  struct Seen {
    Member member;
    /// What its clock shows, less our steady time; since when.
    std::optional<std::chrono::milliseconds> shows;
    Steady learnt{};
  };

  void observe(const Member& member, Steady before, Steady now);

  Membership& membership_;
  Clock& clock_;
  std::optional<Steady> last_look_;
  std::map<std::string, Seen> seen_;
};

}  // namespace posse
