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

/// A process of its own, with its own connection to the store.
struct Process {
  explicit Process(World& the_world, std::uint64_t seed = 1)
      : world(the_world),
        random(seed),
        store(the_world.store),
        documents({store, the_world.clock, random, the_world.io.get_executor()}),
        requests(the_world.io.get_executor()) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() { close(); }

  /// Ends what runs here; a dead process is buried first.
  void close() {
    if (store.is_dead()) store.bury();
    world.run(requests.join());
    world.run(documents.close());
  }

  Fate change(Change change) { return fate(world.run(documents.atomically(std::move(change)))); }
  Fate change(Plan plan) { return fate(world.run(documents.atomically(std::move(plan)))); }
  Fate ask(Pending pending) { return fate(world.run(documents.ask(std::move(pending)))); }

  std::vector<Reading> read(std::vector<Key> keys) {
    auto read = world.run(documents.read(std::move(keys)));
    EXPECT_TRUE(read) << read.error().detail;
    return read.value_or(std::vector<Reading>());
  }

  boost::json::value value(const Key& key) {
    const Reading reading = read({key}).front();
    return reading.value ? boost::json::value(*reading.value) : boost::json::value();
  }

  /// Beside the test; what comes of it, which outlives the process, is set when it is answered.
  template <class What>
  void start(What what, std::optional<Result<Fate>>* fate) {
    requests.spawn(keep(documents.atomically(std::move(what)), fate));
  }
  void start_read(std::vector<Key> keys, std::optional<Result<std::vector<Reading>>>* readings) {
    requests.spawn(keep(documents.read(std::move(keys)), readings));
  }

  World& world;
  SeededRandom random;
  Connection store;
  Documents documents;
  TaskGroup requests;

 private:
  static Fate fate(Result<Fate> answer) {
    if (answer) return *answer;
    ADD_FAILURE() << answer.error().detail;
    return Refusal{.code = "error", .detail = answer.error().detail, .more = {}};
  }

  template <class T>
  static Task<void> keep(Task<Result<T>> asked, std::optional<Result<T>>* kept) {
    auto answer = co_await std::move(asked);
    kept->emplace(std::move(answer));
  }
};

inline std::string refusal_code(const Fate& fate) {
  const auto* refusal = std::get_if<Refusal>(&fate);
  return refusal == nullptr ? std::string() : refusal->code;
}

}  // namespace posse
