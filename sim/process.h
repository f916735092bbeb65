/// A process of a scenario, with every history of it that was tried.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/puppet.h"

namespace posse::sim {

/// Where a process is after the answers it was given so far: those of `before`, then `answer` to
/// its call `number`. Equal histories are one object.
struct History {
  std::shared_ptr<const History> before{};
  std::size_t number = 0;
  Answer answer{};
  std::uint64_t digest = 0;

  /// What tells states apart: the digest; once it has ended, only what it told.
  std::uint64_t mark = 0;

  std::vector<Pending> pending{};
  std::vector<Told> told{};
  std::uint64_t alarms = 0;
  bool ended = false;
};
using HistoryPtr = std::shared_ptr<const History>;

/// Coroutines cannot be copied. So a process is run once for each history, and where only the world
/// around it differs the remembered outcome does. Running it is feeding the answers anew, unless
/// the last run stopped exactly there.
class Process {
 public:
  struct Name {
    std::string shown;
    std::string twin;  ///< What twins have in common: where one can be the other can. Or empty.
  };

  Process(boost::asio::io_context& io, Name name, Making making);

  const std::string& name() const { return name_.shown; }
  HistoryPtr beginning();
  HistoryPtr after(const HistoryPtr& before, std::size_t number, const Answer& answer);

  std::size_t histories() const { return known_.size(); }

 private:
  void lead_to(const HistoryPtr& history);
  HistoryPtr keep(History history);

  boost::asio::io_context& io_;
  Name name_;
  Making making_;
  std::unordered_map<std::uint64_t, HistoryPtr> known_;
  std::unique_ptr<Puppet> puppet_;
  std::uint64_t puppet_is_at_ = 0;
};

}  // namespace posse::sim
