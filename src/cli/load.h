/// Buyers at full speed: the load of `posse bench` and `posse demo`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/host.h"
#include "cli/latencies.h"

namespace posse {

/// Who hears each answer, before the buyer goes on.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void sold(const Purchase& purchase, const Sale& sale) = 0;
  virtual void refused(const Purchase& purchase, const Refusal& refusal) = 0;
};

/// Hears nothing.
class NoWitness final : public Witness {
 public:
  void sold(const Purchase& /*purchase*/, const Sale& /*sale*/) override {}
  void refused(const Purchase& /*purchase*/, const Refusal& /*refusal*/) override {}
};

/// What the buyers do.
struct LoadPlan {
  std::vector<Name> accounts;
  std::vector<Name> campaigns;
  Cents max_price{};
  std::size_t buyers = 1;
  std::chrono::seconds length{};
  std::uint64_t too_low_in = 0;  ///< One in so many offers too little and must be refused; 0: none.
  std::uint64_t purchases = 0;   ///< Stop after so many; 0: after `length` alone.
};

/// What came of it.
struct LoadResult {
  std::uint64_t sold = 0;
  std::uint64_t undecided = 0;
  std::uint64_t failed = 0;
  std::map<std::string, std::uint64_t> refused;  ///< By code.
  Latencies latencies;                           ///< Of those that were sold.
  std::chrono::duration<double> length{};

  double per_second() const { return static_cast<double>(sold) / length.count(); }
};

/// Closed-loop buyers on one host: each buys from a campaign and for an account drawn by chance,
/// and asks again as soon as it is answered.
class Load {
 public:
  Load(Host& host, LoadPlan plan, Witness& witness);

  /// Returns when the last buyer has its last answer.
  Task<LoadResult> run();

  /// Lets every buyer stop after its present purchase.
  void stop() { stopped_ = true; }

  const LoadResult& so_far() const { return result_; }

 private:
  using Moment = std::chrono::steady_clock::time_point;

  Task<void> buyer();
  Task<void> buy_once();
  Purchase next_purchase();
  bool over() const;

  Host& host_;
  LoadPlan plan_;
  Witness& witness_;
  LoadResult result_;
  Moment until_{};
  bool stopped_ = false;
};

}  // namespace posse
