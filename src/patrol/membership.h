/// Which nodes are alive: the document in which each of them counts its heartbeats.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.h"
#include "posse/clock.h"
#include "posse/random.h"
#include "posse/result.h"
#include "posse/store.h"
#include "posse/task.h"
#include "posse/types.h"

namespace posse {

/// How often a node beats, and after how long without a new beat it is forgotten: two beats may be
/// lost before anybody takes it for dead.
inline constexpr auto beat_every = 5000ms;
inline constexpr auto forgotten_after = 15000ms;

/// Nodes of one posse: all beat into one document, and 1024 of them are 200 swaps of it a second.
inline constexpr std::size_t members_max = 1024;

/// Bytes of a node's name: room for a host's first name, a port and a number; 1024 of them leave
/// the document far below `value_bytes_max`.
inline constexpr std::size_t node_name_max = 64;

/// Whether `name` can be a node's, and what it must be.
bool is_node_name(const std::string& name);
inline constexpr const char* node_name_rule = "must be 1 to 64 printable ASCII characters";

/// One node as the document shows it. `beat` counts its heartbeats since it was last missing;
/// `time` is the node's wall time at the latest one.
struct Member {
  std::string node;
  std::uint64_t beat = 0;
  Time time{};

  friend bool operator==(const Member&, const Member&) = default;
};

/// One writer and one reader of the document; docs/format.md has the grammar:
///   members = {"v": 1, "members": [member...]}, at most 1024, in ascending byte order of `node`
///   member = {"node": 1 to 64 characters, "beat": whole number, "time": milliseconds since 1970}
/// Errors: `unreadable`.
Bytes write_members(const std::vector<Member>& members);
Result<std::vector<Member>> read_members(const Bytes& bytes, const Key& key);

/// This node's place in the posse. Nothing here compares clocks of different machines: a member is
/// alive while what it writes keeps changing under our eyes, by our own steady time. Who is taken
/// for dead wrongly comes back with its next beat; safety rests on none of it.
class Membership {
 public:
  struct Doors {
    Store& store;
    Clock& clock;
    Random& random;
  };

  /// `node` has 1 to `node_name_max` printable ASCII characters, and no other node alive has the
  /// same name.
  Membership(Doors doors, std::string node);

  const std::string& node() const { return node_; }

  /// Says that this node is alive, forgets those who fell silent, and learns who is left.
  /// Errors: the store's; `unreadable`; `contended` if others swapped first each time, or if
  /// another node beats under this name (this one has beaten too then); `too_large` if the posse is
  /// full. The node works on without, on what it knew before.
  Task<Result<void>> beat();

  /// Takes this node out, so that nobody waits for it. Errors: as beat().
  Task<Result<void>> leave();

  /// Everybody in the document now, without a beat. Errors: the store's; `unreadable`.
  Task<Result<std::vector<Member>>> members();

  /// How long the latest beat took to be written, from the moment whose time it carries.
  std::chrono::milliseconds beat_took() const { return beat_took_; }

  /// The nodes alive when the document was last read, sorted; this one is always among them.
  const std::vector<std::string>& alive() const { return alive_; }

 private:
  struct Read {
    std::vector<Member> members;
    std::optional<Version> version;  ///< Empty: there is no document yet.
  };
  struct Seen {
    Member member;
    Steady changed{};
  };

  Task<Result<Read>> read();
  Task<Result<Written>> write(const Read& read);
  Task<void> step_aside();
  void observe(const std::vector<Member>& members);
  bool forgotten(const Member& member) const;
  bool is_somebody_else(const std::vector<Member>& members) const;
  bool put_own(std::vector<Member>& members) const;

  Doors doors_;
  std::string node_;
  std::map<std::string, Seen> seen_;
  std::vector<std::string> alive_;
  std::chrono::milliseconds beat_took_{};
  std::optional<Member> written_;  ///< Our latest beat, if it is sure that it was written.
};

}  // namespace posse
