/// One row of a benchmark.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <sys/types.h>

#include <boost/json.hpp>

#include "cli/load.h"

namespace posse {

struct BenchRow {
  std::string load;
  std::size_t buyers = 0;
  LoadResult result;
  std::size_t memory_mib = 0;                  ///< Of the process that sold.
  std::chrono::milliseconds processor_time{};  ///< Of a node that sold; zero without one.
  std::uint64_t events = 0;  ///< What followers were sent; how old it was when they had it.
  std::chrono::microseconds event_age_p50{};
  std::chrono::microseconds event_age_p99{};
};

boost::json::object to_json(const BenchRow& row);
std::string to_text(const BenchRow& row);

/// What stands above the rows.
inline constexpr const char* bench_header =
    "load    buyers    purchases       p50       p99     p99.9       max      memory\n";

/// Memory of the process's own, without the pages of files that the kernel may drop at any time:
/// an LMDB file is mapped, and counts as resident as far as it was read.
std::size_t memory_mib(pid_t process);

}  // namespace posse
