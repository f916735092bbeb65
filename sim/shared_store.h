/// The one store of a world, as all its nodes share it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "posse/scan.h"
#include "sim/call.h"
#include "sim/contents.h"
#include "sim/ledger.h"
#include "sim/timeline.h"

namespace posse::sim {

/// Carries calls out, one after the other, and shows every change to the ledger.
class SharedStore {
 public:
  explicit SharedStore(const Timeline& timeline) : timeline_(timeline) {}

  /// While full, writes fail.
  Answer carry_out(const Call& call);

  std::vector<Listed> list(const std::string& prefix, const std::string& after,
                           std::size_t items_max) const;

  void set_full(bool full) { full_ = full; }

  /// After a restart, answers from before are gone.
  void restart() { ++starts_; }
  std::uint64_t starts() const { return starts_; }

  const Contents& contents() const { return contents_; }
  const Ledger& ledger() const { return ledger_; }

  /// Writes that are more than signs of life: none to the watch list and the membership.
  std::uint64_t lasting_writes() const { return lasting_writes_; }

  /// Of all that happened, in its order.
  std::uint64_t digest() const { return digest_; }

 private:
  const Timeline& timeline_;
  Contents contents_;
  Ledger ledger_;
  bool full_ = false;
  std::uint64_t starts_ = 0;
  std::uint64_t lasting_writes_ = 0;
  std::uint64_t digest_ = 0;
};

}  // namespace posse::sim
