/// Accounts and campaigns for loads and demonstrations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "cli/host.h"

namespace posse {

/// What a load needs to be there.
struct SamplePlan {
  std::string prefix;  ///< Of every name.
  std::size_t accounts = 1;
  std::size_t campaigns = 1;
  Cents price{};
  Cents funds{};      ///< Paid into each account, once per `round`.
  std::string round;  ///< Reference of those payments.
};

/// `<prefix>-<number>`, `count` of them.
std::vector<Name> sample_names(const std::string& prefix, std::size_t count);

/// Creates what is missing: accounts `<prefix>-<n>`, one seller `<prefix>-seller`, campaigns
/// `<prefix>-<n>`, and pays the funds in. Repeating it changes nothing.
/// Errors: the first failure; a refusal or an undecided payment as `contended`; `unreadable` if a
/// campaign of that name belongs to somebody else; then nothing but the seller was made.
Task<Result<void>> make_sample(Host* host, SamplePlan plan);

/// A token for each of these accounts, which must be there; they work for a week.
/// Errors: the store's.
Task<Result<std::map<Name, std::string>>> make_sessions(Host* host, std::vector<Name> accounts);

}  // namespace posse
