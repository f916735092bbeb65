/// Processes that change documents, for unit tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal_world.h"
#include "posse/documents.h"

namespace posse {

inline const Key x{"shelf/x"};
inline const Key y{"shelf/y"};
inline const Key z{"shelf/z"};

/// A process of its own, with its own connection to the store.
struct Process {
  explicit Process(World& the_world, std::uint64_t seed = 1);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  /// Ends what runs here; a dead process is buried first.
  void close();

  Fate change(Change change);
  Fate change(Plan plan);
  Fate ask(Pending pending);
  std::vector<Reading> read(std::vector<Key> keys);
  boost::json::value value(const Key& key);

  /// Beside the test; what comes of it, which outlives the process, is set when it is answered.
  void start(Change change, std::optional<Result<Fate>>* fate);
  void start(Plan plan, std::optional<Result<Fate>>* fate);
  void start_read(std::vector<Key> keys, std::optional<Result<std::vector<Reading>>>* readings);

  World& world;
  SeededRandom random;
  Connection store;
  Documents documents;
  TaskGroup requests;
};

std::string refusal_code(const Fate& fate);

}  // namespace posse
