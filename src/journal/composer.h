/// What an application decides at the moment of a claim.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <boost/json.hpp>

#include "journal/effect.h"
#include "journal/entry.h"

namespace posse {

/// What the next entry is computed from.
struct Ground {
  const boost::json::object& settings;  ///< Of the sequence, at most 100 ms old.
  const Tip& tip;
};

/// Completes the operations that go into an entry, in the order in which they came: a price, a
/// time. A pure decision; it may be asked any number of times and its entry thrown away.
class Composer {
 public:
  virtual ~Composer() = default;

  /// Called once for each entry before its operations; may prepare `entry.state`.
  virtual void open(const Ground& ground, Entry& entry) const = 0;

  /// Appends `operation`, completed, to the entry and brings `entry.state` up to it; or says why
  /// it may not go in. Its effects on numbers must stay within what `operation` proposed.
  virtual std::optional<Refusal> admit(const Ground& ground, Entry& entry,
                                       const Operation& operation) const = 0;
};

/// Takes every operation as it is.
class PlainComposer final : public Composer {
 public:
  void open(const Ground& /*ground*/, Entry& /*entry*/) const override {}
  std::optional<Refusal> admit(const Ground& /*ground*/, Entry& entry,
                               const Operation& operation) const override {
    entry.operations.push_back(operation);
    return {};
  }
};

}  // namespace posse
