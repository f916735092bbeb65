/// A run of the workload with its trace, which is known to be complete.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "crash/history.h"
#include "crash/recorder.h"
#include "crash/trace.h"
#include "posse/result.h"
#include "stores/lmdb/log_plan.h"

namespace posse::testing {

struct RecordedRun {
  Trace trace;
  History history;
  /// The last version of each commit; first 0, for the empty store.
  std::vector<std::uint64_t> commits;

  /// How many commits hold more than one write.
  std::size_t shared_commits() const;
  /// How many values are larger than a page.
  std::size_t large_values() const;
  /// How many pages were written to a place that had been written before.
  std::size_t reused_pages() const;

  /// How many records the log has got, and how often it began again at its start.
  std::size_t records() const;
  std::size_t log_turns() const;
  /// How many commits of LMDB's came after the first record.
  std::size_t flushes() const;

  std::string to_text() const;
};

/// What the workload is to do.
struct Plan {
  int rounds = 0;
  Fault fault;
  lmdb::LogPlan log;
};

/// Runs the workload in `directory`, which is empty, and confirms what was recorded: the trace
/// comes to the files that are on the disk, byte by byte; each answer stands behind its commit; a
/// meta page is within a sector. An Error says that nothing can be judged.
Result<RecordedRun> record_run(const std::filesystem::path& directory, const Plan& plan);

}  // namespace posse::testing
