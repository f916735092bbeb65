/// What an operation does to one document, and the kinds of effect there are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "posse/result.h"
#include "posse/types.h"

namespace posse {

class Participant;

/// One change of one document, as data: a recoverer needs nothing else.
struct Effect {
  Key key;                      ///< The participant.
  std::string kind;             ///< Which EffectKind, by name.
  boost::json::object details;  ///< What that kind needs to know.
};

/// Why a participant cannot take an effect: a stable code and a sentence for people.
struct Refusal {
  std::string code;
  std::string detail;
  boost::json::object more;  ///< Figures a caller may show, e.g. the new price.
};

/// What a hold sets aside for an effect: for a number, by how much it may change at most.
using Reserve = std::map<std::string, std::int64_t>;

/// A kind of effect: pure decisions on one document.
class EffectKind {
 public:
  virtual ~EffectKind() = default;

  /// Whether `details` are well-formed.
  virtual std::optional<Refusal> check(const boost::json::object& details) const = 0;

  /// Adds to `reserve` what the effect needs set aside. Called for an effect that check() passed.
  virtual void reserve(const boost::json::object& details, Reserve& reserve) const = 0;

  /// Whether `participant`, with the holds that it has, can promise the effect.
  virtual std::optional<Refusal> admit(const Participant& participant,
                                       const boost::json::object& details) const = 0;

  /// Applies the effect, which a hold has promised to fit.
  virtual void apply(Participant& participant, const boost::json::object& details) const = 0;
};

/// The kinds of effect by name. Every node of one store must know the same ones.
class EffectKinds {
 public:
  /// Knows `add`.
  EffectKinds();

  void learn(std::string name, std::unique_ptr<EffectKind> kind);

  /// Empty for a name that nobody taught.
  const EffectKind* find(const std::string& name) const;

 private:
  std::map<std::string, std::unique_ptr<EffectKind>> kinds_;
};

/// `add`: adds `amount` to the number `field`; if `floor` is given, the number never goes below
/// it. Many may be held at once: what may leave is spoken for (the escrow method, O'Neil 1986),
/// and so is the room for what may arrive.
Effect add_effect(Key key, std::string field, std::int64_t amount);
Effect add_effect(Key key, std::string field, std::int64_t amount, std::int64_t floor);

}  // namespace posse
