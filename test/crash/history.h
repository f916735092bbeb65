/// What was written to a store, by version, and what it must hold after each commit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "posse/scan.h"

namespace posse::testing {

/// The driver numbers the writes of a store from 1, without gaps and in the order they take effect.
/// So the contents after write `n` are the newest document up to `n` of every key.
class History {
 public:
  struct Write {
    std::string key;
    std::string value;
    std::size_t begun = 0;  ///< How many events the trace had before the call.
  };

  void add(std::uint64_t version, Write write) { writes_[version] = std::move(write); }

  /// To be called when all is added: what replaces what. Whether no version is missing.
  bool close();

  std::uint64_t newest() const { return writes_.empty() ? 0 : writes_.rbegin()->first; }
  const Write& at(std::uint64_t version) const { return writes_.at(version); }

  /// Empty if `listed` is what there must be after write `version`; else what is wrong.
  std::string compare(const std::vector<Listed>& listed, std::uint64_t version) const;

 private:
  std::string compare(const Listed& listed, std::uint64_t version) const;

  std::map<std::uint64_t, Write> writes_;
  std::vector<std::uint64_t> replaced_;  ///< By version: the next one of its key, or the largest.
  std::vector<std::size_t> documents_;   ///< By version: how many keys there are.
};

}  // namespace posse::testing
