/// What an operation does to one document, as data.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <boost/json.hpp>

#include "posse/types.h"

namespace posse {

/// One change of one document, as data: a recoverer needs nothing else.
struct Effect {
  Key key;           ///< The participant.
  std::string kind;  ///< By name: `add`, `check`, `create`, `set`, `remove`, or one's own.
  boost::json::object details;  ///< What that kind needs to know.
};

/// Why something is not done: a stable code and a sentence for people.
struct Refusal {
  std::string code;
  std::string detail;
  boost::json::object more;  ///< Figures a caller may show, e.g. the new price.
};

/// A document's content at one moment, or its absence: the same content, its fields in the same
/// order, has the same state. What a reader decides on is still true as long as its state is.
struct State {
  std::string text;  ///< 43 characters, or `absent`.

  friend bool operator==(const State&, const State&) = default;
};

/// `add`: adds `amount` to the number `field`, which is 0 where it is missing; if `floor` is given,
/// nothing is taken that would leave less. Many may be held at once: what may leave is spoken for
/// (the escrow method, O'Neil 1986), and so is the room for what may arrive. Refused: `missing`,
/// `no_number`, if the field is there and is no 64-bit number, `insufficient_funds`,
/// `amount_too_large`.
Effect add_effect(Key key, std::string field, std::int64_t amount);
Effect add_effect(Key key, std::string field, std::int64_t amount, std::int64_t floor);

/// The others have the document for themselves while they are held.
/// `check`: nothing, provided that the document is in `state`, which may be its absence. It goes
/// with `add` on the same document. Refused: `changed`.
Effect check_effect(Key key, State state);

/// `create`: the document is there from now on. Refused: `exists`.
Effect create_effect(Key key, boost::json::object value);

/// `set`: another content, provided that the document is there, and in `state` if that is given.
/// Refused: `missing`, `changed`.
Effect set_effect(Key key, boost::json::object value);
Effect set_effect(Key key, boost::json::object value, State state);

/// `remove`: the document is not there any more, under the same conditions.
/// Refused: `missing`, `changed`.
Effect remove_effect(Key key);
Effect remove_effect(Key key, State state);

}  // namespace posse
