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

/// A record: 8 bytes of checksum of the rest, its length in bytes, its number, the version of its
/// first write, 8 bytes each; then for each write the length of the key in 2 bytes, that of the
/// value in 4, the key, the value. Versions go up by one. Numbers have their lowest byte first.
inline constexpr std::size_t record_head_bytes = 32;
inline constexpr std::size_t logged_write_head_bytes = 6;

/// The record with `number`, of `writes`; there is at least one.
std::string make_record(const LogKey& key, std::uint64_t number,
                        const std::vector<Memtable::Write>& writes);

/// The length that the head of a record tells, if it is the head of record `number` and tells one
/// of at most `bytes_max`. Nothing is certain before the whole is read.
std::optional<std::size_t> record_bytes(std::string_view head, std::uint64_t number,
                                        std::size_t bytes_max);

/// The writes of `record`, if it is whole and of this use of the log.
std::optional<std::vector<Memtable::Write>> read_record(const LogKey& key, std::string_view record);

}  // namespace posse::lmdb
