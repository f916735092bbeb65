/// Whether this node's wall clock agrees with its neighbours'.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
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

/// Beats of a neighbour that count: a slow write makes its clock look late, never early, so the
/// latest it showed in any of them is nearest to the truth.
inline constexpr std::size_t beats_that_count = 3;

/// When our wall clock moves so much against our steady time, somebody has set it, or the machine
/// slept: the neighbours on it may have moved too, and what they showed before says nothing.
inline constexpr auto clock_step = 250ms;

/// Compares wall clocks by the beats of the membership document. A beat that is new since the last
/// look was made between the two, at the time it carries: that gives the offset to half of
/// `look_every` and the time a write takes. Looks that were too far apart, or while our own beats
/// take long, teach nothing, so that a slow store makes nobody doubt his clock. Safety never rests
/// on it; a falling price does.
class ClockWatch {
 public:
  ClockWatch(Membership& membership, Clock& clock) : membership_(membership), clock_(clock) {}

  /// The members `nodes` go by our clock: they say nothing about it.
  void leave_out(std::set<std::string> nodes) { left_out_ = std::move(nodes); }

  /// Reads the document once; to be called every `look_every`. What fails is no news.
  Task<void> look();

  /// How far our clock is ahead of the median of all that are known; empty with fewer than
  /// `clocks_min`.
  std::optional<std::chrono::milliseconds> ahead() const;

  /// The same as it was known last; zero if it never was.
  std::chrono::milliseconds ahead_last() const { return ahead_last_; }

  /// Whether our clock prices no sale. Once it is off it stays so until it is seen to be right, or
  /// nobody could tell for `clock_known_for`.
  bool is_off() const { return is_off_; }

 private:
  /// What a clock showed, less our steady time, and when we learnt it.
  struct Showed {
    std::chrono::milliseconds less_steady{};
    Steady learnt{};
  };
  struct Seen {
    Member member;
    std::deque<Showed> beats;
  };

  std::chrono::milliseconds own() const;
  void notice_step();
  void observe(const Member& member, Steady before, Steady now);
  void judge(Steady now);

  Membership& membership_;
  Clock& clock_;
  std::set<std::string> left_out_;
  std::optional<Steady> last_look_;
  std::optional<std::chrono::milliseconds> last_own_;
  std::chrono::milliseconds ahead_last_{};
  Steady last_told_{};  ///< When `ahead_last_` was known.
  bool is_off_ = false;
  std::map<std::string, Seen> seen_;
};

}  // namespace posse
