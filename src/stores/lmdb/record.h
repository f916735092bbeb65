/// A document as LMDB holds it: 8 bytes of version, lowest first, then the packed value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <lmdb.h>

#include "posse/types.h"

namespace posse::lmdb {

inline constexpr std::size_t number_bytes = 8;

inline MDB_val value_of(std::string_view text) {
  // LMDB's interface has no const; it only reads what it is given.
  return MDB_val{text.size(), const_cast<char*>(text.data())};
}

inline std::string_view text_of(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

/// The first 8 bytes of `bytes` as a number; LMDB aligns nothing.
inline std::uint64_t read_number(const void* bytes) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, number_bytes);
  return number;
}

inline void write_number(void* bytes, std::uint64_t number) {
  std::memcpy(bytes, &number, number_bytes);
}

/// A record too short for its version was not written by us.
inline bool is_record(const MDB_val& record) {
  return record.mv_size >= number_bytes;
}

inline Version version_of(const MDB_val& record) {
  return Version{read_number(record.mv_data)};
}

inline std::string_view packed_of(const MDB_val& record) {
  return text_of(record).substr(number_bytes);
}

/// Fills the room that LMDB has reserved for a record.
inline void fill_record(const MDB_val& room, Version version, std::string_view packed) {
  auto* bytes = static_cast<char*>(room.mv_data);
  write_number(bytes, static_cast<std::uint64_t>(version));
  std::memcpy(bytes + number_bytes, packed.data(), packed.size());
}

}  // namespace posse::lmdb
