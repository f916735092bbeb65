/// What an application decides at the moment of a claim.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "journal/effect.h"
#include "journal/entry.h"

namespace posse {

/// What a composer has made of a sequence's settings.
class Terms {
 public:
  virtual ~Terms() = default;
};

/// What the next entry is computed from.
struct Ground {
  const boost::json::object& settings;  ///< Of the sequence, at most 100 ms old.
  const Tip& tip;
  const Terms* terms = nullptr;  ///< What the composer has read in them.
};

/// Completes the operations that go into an entry, in the order in which they came: a price, a
/// time. Pure decisions; they may be asked any number of times and the entry thrown away.
class Composer {
 public:
  virtual ~Composer() = default;

  /// Reads a sequence's settings, once for as long as nobody changes them; it comes back in the
  /// ground. Null if there is nothing to read.
  virtual std::shared_ptr<const Terms> read(const boost::json::object& /*settings*/) const {
    return {};
  }

  /// Why `operation` may not go in as the next one of `entry`; empty if it may.
  virtual std::optional<Refusal> refuses(const Ground& ground, const Entry& entry,
                                         const Operation& operation) const = 0;

  /// Appends `operation`, which was not refused, completed, and brings `entry.state` up to it. Its
  /// effects on numbers stay within what it proposed.
  virtual void append(const Ground& ground, Entry& entry, Operation operation) const = 0;

  /// Gives `operation`, whose entry was thrown away, the effects again that it proposed: its next
  /// attempt sets them aside.
  virtual void undo(Operation& operation) const = 0;
};

/// Takes every operation as it is.
class PlainComposer final : public Composer {
 public:
  std::optional<Refusal> refuses(const Ground& /*ground*/, const Entry& /*entry*/,
                                 const Operation& /*operation*/) const override {
    return {};
  }
  void append(const Ground& /*ground*/, Entry& entry, Operation operation) const override {
    entry.operations.push_back(std::move(operation));
  }
  void undo(Operation& /*operation*/) const override {}
};

}  // namespace posse
