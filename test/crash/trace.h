/// What a store has asked of the disk, in order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace posse::testing {

/// The store's two files as one: the log first, as long as it is in these runs, then the data file.
inline constexpr std::uint64_t log_span = std::uint64_t{128} * 1024;

/// One call that has come back, or one answer.
struct Event {
  enum class Kind : std::uint8_t {
    named,             ///< The file has got the name data.mdb.
    directory_synced,  ///< The file's name is durable,
    parent_synced,     ///< and so is the directory's.
    write,             ///< `bytes` at `place` of both files, durable at the next `synced`.
    durable_write,     ///< The same through a descriptor that syncs by itself (O_DSYNC).
    synced,            ///< All earlier writes to the file that `place` is in are durable.
    acknowledged,      ///< Somebody was told that the write with version `place` is done.
    unknown,           ///< A call that changes the file and that nobody here understands.
  };
  Kind kind{};
  std::uint64_t place = 0;
  std::string bytes;
};

using Trace = std::vector<Event>;

}  // namespace posse::testing
