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
#include "cli/till.h"

namespace posse {

using Moment = std::chrono::steady_clock::time_point;

/// When a buyer asked first, and when it knew the answer.
struct Span {
  Moment asked;
  Moment answered;
};

/// Who hears each answer, before the buyer goes on.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void sold(const Purchase& purchase, const Sale& sale, const Span& span) = 0;
  virtual void refused(const Purchase& purchase, const Refusal& refusal, const Span& span) = 0;
};

/// Hears nothing.
class NoWitness final : public Witness {
 public:
  void sold(const Purchase& /*purchase*/, const Sale& /*sale*/, const Span& /*span*/) override {}
  void refused(const Purchase& /*purchase*/, const Refusal& /*refusal*/,
               const Span& /*span*/) override {}
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

/// Closed-loop buyers at one till: each buys from a campaign and for an account drawn by chance,
/// and asks again as soon as it is answered.
class Load {
 public:
  Load(Host& host, Till& till, Witness& witness, LoadPlan plan);

  /// Returns when the last buyer has its last answer.
  Task<LoadResult> run();

  /// Lets every buyer stop after its present purchase.
  void stop() { stopped_ = true; }

  const LoadResult& so_far() const { return result_; }

 private:
  Task<void> buyer(std::size_t number);
  Task<void> buy_once(std::size_t buyer);
  Purchase next_purchase();
  bool over() const;

  Host& host_;
  Till& till_;
  Witness& witness_;
  LoadPlan plan_;
  LoadResult result_;
  Moment until_{};
  bool stopped_ = false;
};

}  // namespace posse
