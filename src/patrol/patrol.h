/// The patrol of one node: second by second, rounds over what the schedule gives it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/limits.h"
#include "core/sequence.h"
#include "core/task_group.h"
#include "journal/counters.h"
#include "journal/finisher.h"
#include "journal/sequences.h"
#include "patrol/membership.h"
#include "patrol/round.h"
#include "patrol/schedule.h"
#include "patrol/watch_list.h"
#include "posse/clock.h"

namespace posse {

/// How long a node may leave a group alone, and one in which it keeps an eye on a sequence: people
/// are looking at that.
inline constexpr auto away_max = 10000ms;
inline constexpr auto away_with_eyes_max = 5000ms;

/// How long a node keeps an eye on a sequence without being asked again.
inline constexpr auto eye_for = 60000ms;

/// Sequences a node keeps an eye on: a few megabytes of memory. Beyond it the watch list alone
/// has to do.
inline constexpr std::size_t eyes_max = 16384;

/// Rounds at once in one group: a shard of 4096 quiet sequences takes a second with a store that
/// answers in 2 ms, and all groups together make at most 272 calls at once.
inline constexpr std::size_t rounds_at_once = 16;

/// What passes over one or more groups came to.
struct Summary {
  std::uint64_t sequences = 0;  ///< Looked at.
  std::uint64_t finished = 0;   ///< Entries.
  std::uint64_t taken_off = 0;  ///< Quiet sequences.
  std::uint64_t errors = 0;     ///< Alarms not counted.
  std::string last_error;
  std::set<std::string> alarms;  ///< The books are broken (S8): each a sentence.

  /// Age of the oldest entry that nobody was finishing.
  std::chrono::milliseconds oldest{};

  void add(const Summary& other);
  void add(const Error& error);
};

/// Plain numbers since the start of the node, for metrics.
struct PatrolCounters {
  std::uint64_t wins = 0;   ///< Seconds in which a group was ours.
  std::uint64_t beats = 0;  ///< Heartbeats that the store accepted.
  Summary rounds;           ///< `sequences` are the rounds; `errors` also of heartbeats.

  /// Age of the oldest unsettled entry that the latest pass over each group found.
  std::chrono::milliseconds oldest_now{};
};

/// Patrols the generic journals as one group, and each document of the watch list as one, with the
/// sequences on it and those this node keeps an eye on. What a pass cannot do, the next one
/// does: errors of the store never end it. Lives on one executor with everything it is given;
/// stop() it before it goes.
class Patrol {
 public:
  struct Parts {
    Sequences& sequences;
    Finisher& finisher;
    WatchList& watch_list;
    Membership& membership;
    Schedule& schedule;
    Clock& clock;
    boost::asio::any_io_executor executor;
  };

  explicit Patrol(Parts parts);

  /// Begins to beat every 5 s and to ask the schedule every second. Once.
  void start();

  /// Ends both, lets the rounds under way finish the entry they are at, and leaves the posse; may
  /// be called without start(). Within a second, if the store answers.
  Task<void> stop();

  /// One pass over everything, whatever the schedule says, without becoming a member.
  Task<Summary> once();

  /// Patrols `sequence` for the next minute even where the watch list does not show it: somebody
  /// here watches it or has touched it (S2). Cheap when repeated.
  void keep_an_eye_on(const Sequence& sequence);

  /// `hear` is told what each pass came to, and each heartbeat that failed, from now on.
  void tell(std::function<void(const Summary&)> hear) { hear_ = std::move(hear); }

  PatrolCounters counters() const;

 private:
  /// The shards of the watch list, then the generic journals.
  static constexpr std::size_t groups_count = watch_shards + 1;
  static constexpr std::size_t journals_group = watch_shards;

  struct Group {
    std::string name;
    bool busy = false;
    Steady last{};  // the latest second that was ours
    std::chrono::milliseconds oldest{};
    std::map<Sequence, Steady> eyes;  // and until when
  };
  /// The sequences of one pass; several rounds take the next one from it.
  struct Pass {
    std::vector<Watched> sequences;
    std::size_t next = 0;
    std::vector<Watched> quiet;
    Summary summary;
  };

  Task<void> beat();
  void hindered(const Error& error);
  Task<void> watch();
  Task<void> pause(std::chrono::milliseconds pause);
  void second();
  bool is_ours(const Group& group);
  Task<void> patrol(std::size_t group);
  Task<Summary> pass(std::size_t group);
  Task<void> gather(std::size_t group, Pass* pass);
  Task<void> rounds(Pass* pass);
  void note(const Found& found, const Watched& watched, Pass& pass) const;
  void close_eyes(Group& group);

  Parts parts_;
  Round round_;
  TaskGroup tasks_;
  std::array<Group, groups_count> groups_;
  std::size_t eyes_ = 0;
  std::function<void(const Summary&)> hear_;
  PatrolCounters counters_;
  bool stopping_ = false;
};

}  // namespace posse
