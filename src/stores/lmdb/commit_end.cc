/// Telling them apart.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/commit_end.h"

#include <cerrno>
#include <cstddef>

#include "stores/lmdb/failure.h"

namespace posse::lmdb {
namespace {

/// A disk that is full stops a write in the middle, so hardly anything is left. 1 MiB allows for
/// what file systems keep back.
constexpr std::size_t full_bytes = std::size_t{1024} * 1024;

bool has_lost_the_meta_page(const Environment& environment) {
  const Transaction probe(environment.handle(), MDB_RDONLY);
  return probe.begun() == MDB_PANIC;
}

}  // namespace

CommitEnd end_of_commit(const Environment& environment, int code) {
  if (has_lost_the_meta_page(environment)) return CommitEnd::unknown;
  if (says_full(code)) return CommitEnd::full;
  if (code != EIO) return CommitEnd::failed;
  const bool is_full = environment.directory().has_less_room_than(full_bytes);
  return is_full ? CommitEnd::full : CommitEnd::unsynced;
}

}  // namespace posse::lmdb
