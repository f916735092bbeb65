/// The kinds of effect there are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/json.hpp>

#include "posse/effect.h"

namespace posse {

class Participant;

/// What a hold sets aside for an effect: for a number, by how much it may change at most.
using Reserve = std::map<std::string, std::int64_t>;

/// Below what a hold relies on a number never to come, where it is not 0, for numbers that the hold
/// takes from; INT64_MIN: it does not care.
using Floors = std::map<std::string, std::int64_t>;

/// A kind of effect: pure decisions on one document.
class EffectKind {
 public:
  virtual ~EffectKind() = default;

  /// Whether the document must be held by nobody else meanwhile.
  virtual bool is_exclusive() const = 0;

  /// Whether `details` are well-formed.
  virtual std::optional<Refusal> check(const boost::json::object& details) const = 0;

  /// Adds to `reserve` what the effect needs set aside. Refused: what the effects of one operation
  /// come to is no 64-bit number. Called for an effect that check() passed.
  virtual std::optional<Refusal> reserve(const boost::json::object& details,
                                         Reserve& reserve) const = 0;

  /// Adds to `floors` what the effect relies on.
  virtual void rely(const boost::json::object& details, Floors& floors) const = 0;

  /// Whether the effect or what is set aside for it may make the document longer than by a short
  /// name and a number.
  virtual bool may_grow(const Participant& participant,
                        const boost::json::object& details) const = 0;

  /// Whether `participant`, with the holds that it has, can promise the effect.
  virtual std::optional<Refusal> admit(const Participant& participant,
                                       const boost::json::object& details) const = 0;

  /// Applies the effect, which a hold has promised to fit.
  virtual void apply(Participant& participant, const boost::json::object& details) const = 0;
};

/// Says that there is no document to change.
Refusal missing();

/// The kinds of effect by name. Every node of one store must know the same ones.
class EffectKinds {
 public:
  /// Knows `add`, `check`, `create`, `set` and `remove`.
  EffectKinds();

  void learn(std::string name, std::unique_ptr<EffectKind> kind);

  /// Empty for a name that nobody taught.
  const EffectKind* find(const std::string& name) const;

 private:
  std::map<std::string, std::unique_ptr<EffectKind>> kinds_;
};

}  // namespace posse
