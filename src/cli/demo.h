/// The whole promise in one minute: processes that buy and patrol, and die; then the audit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "cli/child.h"
#include "cli/host.h"
#include "cli/report.h"

namespace posse {

/// How long, with how many, and how often one dies.
struct DemoPlan {
  std::size_t processes = 3;
  std::size_t buyers = 16;  ///< In each process.
  std::size_t accounts = 100;
  std::size_t campaigns = 2;
  std::chrono::seconds length{30};
  std::chrono::milliseconds kill_every{2000};
};

/// What all processes of one demonstration agree on.
inline constexpr const char* demo_prefix = "demo";
inline constexpr Cents demo_price{40};

/// Runs a demonstration on a host whose store the processes share; they write what their buyers
/// were told into `logs`.
class Demo {
 public:
  Demo(Host& host, Globals globals, DemoPlan plan, std::filesystem::path logs);

  /// Fine if the books are sound, everything that was told is in them, and after one repair
  /// nothing is unfinished.
  Task<Exit> run();

 private:
  Task<void> sell_and_kill();
  Task<void> end_all();
  Task<std::uint64_t> sold_so_far();
  Task<Exit> judge();
  Child start();
  void kill_one();
  void show(std::chrono::seconds passed, std::uint64_t sold);

  Host& host_;
  Globals globals_;
  DemoPlan plan_;
  std::filesystem::path logs_;
  boost::asio::signal_set signals_;
  std::vector<Child> children_;
  bool stopped_ = false;
  std::uint64_t started_ = 0;
  std::uint64_t kills_ = 0;
  std::uint64_t sold_before_ = 0;
};

}  // namespace posse
