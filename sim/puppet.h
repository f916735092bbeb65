/// One node of production code, on strings: it moves when its calls are answered, and only then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/event.h"
#include "journal/journal.h"
#include "patrol/watch_list.h"
#include "posse/clock.h"
#include "posse/store.h"
#include "sim/call.h"
#include "sim/random.h"

namespace posse::sim {

/// What a process told whoever asked it for `order`, in a word: `committed`, `undecided`, `error`,
/// or the code of a refusal. `intent` and `slot` of what was committed.
struct Told {
  Order order;
  std::string word;
  std::optional<Intent> intent;
  Slot slot{};

  bool is_refusal() const { return !intent && word != "undecided" && word != "error"; }
};

/// What a process is made of while it runs.
struct Actor {
  Store& store;
  Clock& clock;
  Journal& journal;
  WatchList& watch_list;
  Random& random;
  std::vector<Told>& told;
  TaskGroup& requests;
};

/// What a process does. Started anew for each history that is tried.
using Script = std::function<Task<void>(Actor)>;

/// A call that is not answered yet. Calls are numbered as the process makes them.
struct Pending {
  std::size_t number = 0;
  std::shared_ptr<const Call> call;
};

/// What a process is made from. `tick`: see Pace; 0 if no time passes by itself.
struct Making {
  Script script;
  std::uint64_t seed = 0;
  Steady tick{};
};

/// A process is a function of the answers it was given, in their order: chance comes from a seed,
/// as does how far its clock is behind, which moves by what it sleeps, as if it were always late,
/// and by when it was answered.
class Puppet {
 public:
  /// Starts the script and runs it until all of it waits.
  Puppet(boost::asio::io_context& io, const Making& making);
  Puppet(const Puppet&) = delete;
  Puppet& operator=(const Puppet&) = delete;
  /// Its calls fail from now on, so that all of it ends.
  ~Puppet();

  /// Answers a pending call, and runs until all waits again.
  void answer(std::size_t number, const Answer& answer);

  std::vector<Pending> pending() const;
  bool ended() const { return ended_; }
  const std::vector<Told>& told() const { return told_; }
  const JournalCounters& counters() const { return journal_->counters(); }

 private:
  class Doors;

  Task<void> run(Script script);
  void go_on();

  boost::asio::io_context& io_;
  std::unique_ptr<Doors> doors_;
  SeededRandom random_;
  std::unique_ptr<WatchList> watch_list_;
  std::unique_ptr<Journal> journal_;
  std::vector<Told> told_;
  TaskGroup requests_;
  bool ended_ = false;
};

}  // namespace posse::sim
