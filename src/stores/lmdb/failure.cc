/// The table of LMDB's error codes.
// SPDX-License-Identifier: Apache-2.0
#include "stores/lmdb/failure.h"

#include <array>
#include <cerrno>
#include <string>

#include <lmdb.h>

namespace posse::lmdb {
namespace {

struct Row {
  int code;
  Errc errc;
  const char* sentence;
};

/// Codes that mean something of their own to people; all others are `unavailable`, in LMDB's words.
constexpr std::array rows{
    Row{ENOSPC, Errc::unavailable, "the store is full: no space is left on the disk"},
    Row{EDQUOT, Errc::unavailable, "the store is full: the disk quota is used up"},
    Row{EFBIG, Errc::unavailable, "the store is full: the file has reached its size limit"},
    Row{MDB_MAP_FULL, Errc::unavailable, "the store is full: the file has reached its map's size"},
    Row{EAGAIN, Errc::unavailable,
        "another process with the same process id uses the store: processes that share it must "
        "share one PID namespace"},
    Row{MDB_READERS_FULL, Errc::unavailable, "too many processes use the store"},
    Row{EACCES, Errc::unavailable, "no permission"},
    Row{EPERM, Errc::unavailable, "no permission"},
    Row{EROFS, Errc::unavailable, "the file system is read-only"},
    Row{MDB_PANIC, Errc::unavailable, "an earlier write to the disk failed; reopen the store"},
    Row{MDB_INVALID, Errc::unreadable, "the file is no LMDB database"},
    Row{MDB_VERSION_MISMATCH, Errc::unreadable, "the file was written by another version of LMDB"},
    Row{MDB_CORRUPTED, Errc::unreadable, "the file is damaged"},
    Row{MDB_PAGE_NOTFOUND, Errc::unreadable, "the file is damaged"},
};

}  // namespace

Error failure(int code, std::string_view doing) {
  const std::string context = std::string(doing) + ": ";
  for (const Row& row : rows) {
    if (row.code == code) return Error{row.errc, context + row.sentence};
  }
  return Error{Errc::unavailable, context + mdb_strerror(code)};
}

bool says_full(int code) {
  return code == ENOSPC || code == EDQUOT || code == EFBIG || code == MDB_MAP_FULL;
}

}  // namespace posse::lmdb
