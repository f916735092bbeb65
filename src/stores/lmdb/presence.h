/// Who else has the store open: locks on its data file, which end with their process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace posse::lmdb {

/// One process's place at a store. Any number share it, or one owns it. Open file description locks
/// (fcntl(2)) on bytes behind all data: changed from one kind to the other without a gap, gone when
/// the process is, and nothing to LMDB, which locks another file. Used by the writer thread.
class Presence {
 public:
  Presence() = default;
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;
  ~Presence();

  /// Takes up `data`, the store's data file, and asks for the store. An errno on failure. First of
  /// all calls, once.
  int open(const std::string& data);

  /// Whether the system has such locks. Where it has none, everybody shares and nobody owns.
  bool has_locks() const { return has_locks_; }

  /// Shares the store, also after owning it. False while another process owns it.
  bool try_share();

  /// Owns the store. False, and nothing has changed, while another process shares or owns it.
  bool try_own();

  /// Gives up the place, shared or owned.
  void leave();

  /// Whoever owns the store is asked to share it until then.
  void stop_asking();

  /// Whether another process asks.
  bool is_asked() const;

 private:
  int file_ = -1;
  bool has_locks_ = true;
};

}  // namespace posse::lmdb
