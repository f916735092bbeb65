/// The whole promise in one minute: nodes that sell over HTTP and die or freeze; then the audit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "cli/child.h"
#include "cli/host.h"
#include "cli/latencies.h"
#include "cli/node_till.h"
#include "cli/report.h"
#include "cli/testimony.h"
#include "core/task_group.h"

namespace posse {

/// How long, with how many, and how often one dies or freezes.
struct DemoPlan {
  std::size_t nodes = 3;
  std::size_t buyers = 50;
  std::size_t accounts = 100;
  std::size_t campaigns = 2;
  std::chrono::seconds length{30};
  std::chrono::milliseconds kill_every{2000};
  std::chrono::milliseconds freeze_every{0};  ///< Zero: never.
};

/// Starts nodes on the host's store and buys from them over HTTP in this process, at any of them,
/// while they are killed (SIGKILL) and frozen (SIGSTOP, for 0.1 to 5 s).
class Demo {
 public:
  /// What the nodes print goes into `logs`.
  Demo(Host& host, Globals globals, DemoPlan plan, std::filesystem::path logs);

  /// Fine if the books are sound, what the buyers were told is in them and linearizable, each key
  /// has one answer, every purchase had one, and after one repair nothing is unfinished.
  Task<Exit> run();

 private:
  /// A node of the demonstration: a process, then another one at the same address.
  struct Member {
    NodeAddress address;
    Child child;
  };
  struct Verdict;

  Task<Result<void>> prepare();
  Task<void> sell(Load* load);
  Task<void> trouble(Load* load);
  Task<void> measure_recovery();
  Task<void> freeze(std::size_t member);
  Task<bool> ready();
  Task<void> end_nodes();
  Task<std::uint64_t> sold_so_far();
  Task<Result<Verdict>> judge();
  std::string kills_and_waits() const;
  Exit tell(const Verdict& verdict, const LoadResult& load) const;
  NodeTill::Plan till_plan() const;
  Child start(const NodeAddress& address);
  void kill_one();
  void show(std::chrono::seconds passed, std::uint64_t sold) const;

  Host& host_;
  Globals globals_;
  DemoPlan plan_;
  std::filesystem::path logs_;
  boost::asio::signal_set signals_;
  TaskGroup tasks_;
  std::vector<Name> campaigns_;
  std::map<Name, std::string> tokens_;
  std::vector<Member> members_;
  Testimony testimony_;
  Latencies recoveries_;
  Latencies undisturbed_;
  bool stopped_ = false;
  bool over_ = false;
  std::uint64_t started_ = 0;
  std::uint64_t kills_ = 0;
  std::uint64_t freezes_ = 0;
  std::uint64_t sold_before_ = 0;
};

}  // namespace posse
