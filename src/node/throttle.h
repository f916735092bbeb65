/// Slowing down whoever guesses passwords.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "posse/types.h"

namespace posse {

/// Counts failed logins of an address at an account: after the fifth, the next is let through only
/// after 1 s, then 2, 4 … 15 minutes. Nobody is locked out by another address. In memory, per
/// process: any of its threads may call.
class Throttle {
 public:
  /// Pairs that are remembered; the one whose wait ends first goes.
  static constexpr std::size_t pairs_max = 65'536;

  /// How long this address has to wait before it may try this account.
  std::chrono::milliseconds wait(const std::string& peer, const std::string& account, Steady now);

  void failed(const std::string& peer, const std::string& account, Steady now);
  /// One that was not tried after all.
  void take_back(const std::string& peer, const std::string& account);
  void succeeded(const std::string& peer, const std::string& account);

 private:
  using Pair = std::pair<std::string, std::string>;
  struct Failures {
    int count = 0;
    Steady until{};
    Steady last{};
  };

  void make_room();

  std::mutex mutex_;
  std::map<Pair, Failures> pairs_;
};

}  // namespace posse
