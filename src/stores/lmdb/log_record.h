/// Records of the log: what one round of writes has changed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "posse/types.h"
#include "stores/lmdb/memtable.h"

namespace posse::lmdb {

/// Drawn for each use of the log. Records carry a checksum under it (SipHash-2-4, by libsodium), so
/// that neither what an earlier use has left nor what a document contains is taken for a record.
using LogKey = std::array<unsigned char, 16>;

LogKey draw_log_key();

/// Records begin at multiples of this: what disks write as a whole at best, and what writing past
/// the page cache demands. The first of them has the start of the log for itself.
inline constexpr std::size_t log_page_bytes = 4096;

/// What `bytes` take up in the log.
constexpr std::size_t whole_pages(std::size_t bytes) {
  return (bytes + log_page_bytes - 1) / log_page_bytes * log_page_bytes;
}

/// Up to where the log's records stand in the LMDB file too.
struct LogMark {
  LogKey key{};
  std::uint64_t place =
      log_page_bytes;        ///< Where the next record stands, or else behind the start.
  std::uint64_t number = 0;  ///< The last record's.
};

/// A record: 8 bytes of checksum of the rest, its length in bytes, its number, the version of its
/// first write, 8 bytes each; then for each write the length of the key in 2 bytes, that of the
/// value in 4, the key, the value. Versions go up by one. Numbers have their lowest byte first.
inline constexpr std::size_t record_head_bytes = 32;
inline constexpr std::size_t logged_write_head_bytes = 6;

/// The record with `number`, of `writes`. Number 0 has none: it stands at the start of a log and
/// says whose it is.
std::string make_record(const LogKey& key, std::uint64_t number,
                        const std::vector<Memtable::Write>& writes);

/// What the head of a record tells. Nothing is certain before the whole is read.
struct RecordHead {
  std::size_t bytes = 0;
  std::uint64_t number = 0;
};

/// Empty if `head` is shorter than a head, or tells a length that is shorter, or above `bytes_max`.
std::optional<RecordHead> read_record_head(std::string_view head, std::size_t bytes_max);

/// The writes of `record`, if it is whole and of this use of the log.
std::optional<std::vector<Memtable::Write>> read_record(const LogKey& key, std::string_view record);

}  // namespace posse::lmdb
