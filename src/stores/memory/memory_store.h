/// A store in this process's memory: for tests, simulation and trying things out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "posse/scan.h"
#include "posse/store.h"

namespace posse {

/// Documents in a map, gone with the object. Each call goes once through its caller's executor
/// before it takes effect, so that callers interleave as they do over a real store. Used from one
/// executor; must outlive the calls. Never `unknown`, and a cancelled call still takes effect.
class MemoryStore final : public Store, public Scan {
 public:
  Task<Result<std::optional<Document>>> get(Key key) override;
  Task<Result<Written>> add(Key key, Bytes value) override;
  Task<Result<Written>> cas(Key key, Version version, Bytes value) override;
  Task<Result<std::vector<Listed>>> scan(std::string prefix, std::string after,
                                         std::size_t items_max) override;

 private:
  /// One counter for all keys, so that no version comes twice.
  Version next_version() { return Version{++versions_}; }

  std::map<Key, Document> documents_;
  std::uint64_t versions_ = 0;
};

}  // namespace posse
