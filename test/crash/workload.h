/// Writes to a store of the production driver, as nasty for its file as they come.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "crash/history.h"
#include "posse/store.h"
#include "stores/lmdb/log_plan.h"

namespace posse::testing {

/// Documents that appear, grow, shrink and are replaced, in commits of one and of many; some are
/// larger than a page, and LMDB gives those pages of their own. First in rounds, each of which is a
/// commit, then by several writers at once. Now and then somebody asks for the store, as another
/// process does, which ends the use of the log.
class Workload {
 public:
  Workload(std::uint64_t seed, const lmdb::LogPlan& log) : random_(seed), log_(log) {}

  /// Runs `rounds` rounds and then the writers on a new store in `directory`, while a Recording is
  /// under way. Not empty: what went wrong, so that nothing can be said.
  std::string run(const std::filesystem::path& directory, int rounds);

  /// What was written. After run.
  const History& history() const { return history_; }

 private:
  Task<void> write_once(Store* store);
  Task<void> write_often(Store* store, int times);
  std::string choose_key();
  std::string choose_value(const std::string& key);
  void note(const Result<Written>& written, History::Write write);

  void interrupt(const std::filesystem::path& directory);

  std::mt19937_64 random_;
  lmdb::LogPlan log_;
  boost::asio::io_context io_{1};
  std::map<std::string, Version> versions_;
  History history_;
  std::string failure_;
};

}  // namespace posse::testing
