/// When the store writes to its log, and how large that becomes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace posse::lmdb {

struct LogPlan {
  /// So many transactions within a second, and no other process: the log pays. A quarter of them,
  /// and it no longer does.
  unsigned transactions_min = 16;
  /// The file `log` begins with the least and grows when it is full before the LMDB file has caught
  /// up. With less than 5 MiB there is not always room for the largest value.
  std::size_t bytes_min = std::size_t{4} * 1024 * 1024;
  std::size_t bytes_max = std::size_t{256} * 1024 * 1024;
};

}  // namespace posse::lmdb
