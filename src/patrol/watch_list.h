/// The watch list: which sequences are active, so that an orphan of a dead node is found by
/// anybody.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/event.h"
#include "core/limits.h"
#include "core/sequence.h"
#include "journal/turnstile.h"
#include "posse/clock.h"
#include "posse/random.h"
#include "posse/result.h"
#include "posse/store.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// Documents of the watch list: each swap rewrites one, so more of them mean fewer collisions and
/// more to read for nothing. On disk for ever: a node that counts otherwise would list a sequence
/// where nobody else looks.
inline constexpr std::size_t watch_shards = 16;

/// Sequences on one of them: as many of the longest names as `value_bytes_max` holds with some
/// room. 65,536 in all may be active within a minute; beyond that, claims in further ones are
/// told to come back until a round has taken quiet ones off.
inline constexpr std::size_t watched_max = 4096;

/// How long a node relies on an announcement of its own, and after how long without a new one a
/// sequence may be taken off: twice that, so that it stays on for as long as somebody relies on
/// it, and a claim that was announced in time has been seen by then.
inline constexpr auto announced_for = 30000ms;
inline constexpr auto quiet_after = 60000ms;

/// A sequence on the list. `announced` is the announcer's wall time; it grows with each
/// announcement, and nobody compares it with a clock.
struct Watched {
  Sequence sequence;
  Time announced{};
  std::chrono::milliseconds quiet{};  ///< For how long this node has seen no other `announced`.
};

/// The document a sequence belongs into, from 0, and that document's key, `watch/<shard>`.
std::size_t shard_of(const Sequence& sequence);
Key watch_key(std::size_t shard);

/// Whether a sequence is one of the generic journals, which are always patrolled and never listed.
bool is_generic_journal(const Sequence& sequence);

/// One writer and one reader of the document; docs/format.md has the grammar:
///   watch = {"v": 1, "sequences": [watched...]}, at most 4096, in ascending byte order of `name`
///   watched = {"name": 1 to 128 bytes, "announced": milliseconds since 1970}
/// Errors: `unreadable`.
Bytes write_watched(const std::vector<Watched>& watched);
Result<std::vector<Watched>> read_watched(const Bytes& bytes, const Key& key);

/// Announces the sequences of one node and shows those of all. Announcements that wait for the
/// same document share one cas. What a node has announced it remembers for `announced_for`, by
/// steady time counted from before the write.
class WatchList final : public Announcer {
 public:
  struct Doors {
    Store& store;
    Clock& clock;
    Random& random;
  };

  explicit WatchList(Doors doors) : doors_(doors) {}

  /// Generic journals need none and cost nothing.
  /// Errors: the store's; `unreadable`, also for a name that nobody could read again; `contended`
  /// if the list is full or others swapped first each time: may be asked again.
  Task<Result<void>> announce(Sequence sequence) override;

  /// The sequences on one document. Errors: the store's; `unreadable`.
  Task<Result<std::vector<Watched>>> list(std::size_t shard);

  /// Takes off what `list` gave and a round then found well: those that have been quiet for
  /// `quiet_after` and were not announced since. Leaves it to a later pass if others swap first.
  /// Gives how many went. Errors: the store's; `unreadable`.
  Task<Result<std::size_t>> take_off(std::size_t shard, std::vector<Watched> well);

 private:
  struct Step {
    Sequence sequence;
    Event turn;
    std::optional<Result<void>> result;
  };
  struct Seen {
    Time announced{};
    Steady since{};
  };
  struct Lane {
    std::deque<Step*> waiting;
    bool busy = false;
    std::map<Sequence, Steady> announced;  // by this node, and when
    std::map<Sequence, Seen> seen;         // on the document, as list() last saw it
  };
  struct Read {
    std::vector<Watched> watched;
    std::optional<Version> version;  ///< Empty: there is no document yet.
  };

  Task<Result<void>> swap(std::size_t shard, std::vector<Step*> steps);
  Task<Result<Read>> read(std::size_t shard);
  Task<Result<Written>> write(std::size_t shard, const Read& read);
  Task<void> pause_after(int swaps);
  bool put_in(const Sequence& sequence, std::vector<Watched>& watched) const;
  bool relies_on(const Lane& lane, const Sequence& sequence) const;
  void remember(Lane& lane, const std::vector<Step*>& steps, Steady since) const;

  Doors doors_;
  std::array<Lane, watch_shards> lanes_;
};

}  // namespace posse
