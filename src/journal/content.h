/// What documents, and what is said of them, may hold.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <boost/json.hpp>

#include "journal/effect.h"
#include "posse/types.h"

namespace posse {

/// How deep lists and objects may nest: the reader stops at 32, and an entry adds some.
inline constexpr int nesting_max = 16;

bool is_utf8(std::string_view text);

/// Whether JSON can hold `object`, so that everybody can read it again: an entry or a participant
/// that nobody can read blocks its sequence for ever.
bool is_readable(const boost::json::object& object, int nesting = nesting_max);

/// Makes of `object` what everybody reads who reads it from the store: a whole number that a signed
/// 64-bit number can hold is one.
void make_as_read(boost::json::object& object);

/// Why nobody could keep `participant` at `key`; empty if one can: its content is readable, and
/// with the names of what is set aside not larger than `data_bytes_max`.
std::optional<Refusal> unkeepable(const Key& key, const Participant& participant);

}  // namespace posse
