/// What follows from an entry.
// SPDX-License-Identifier: Apache-2.0
#include "journal/entry.h"

#include <algorithm>

#include "core/assert.h"

namespace posse {

const Operation* Entry::find(const Intent& intent) const {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const Operation& one) { return one.intent == intent; });
  return found == operations.end() ? nullptr : &*found;
}

Slot Entry::slot_of(const Operation& operation) const {
  const auto at = static_cast<std::uint64_t>(&operation - operations.data());
  POSSE_ASSERT(at < operations.size());
  return first_slot + at;
}

std::vector<Part> Entry::by_participant() const {
  std::vector<Part> parts;
  parts.reserve(operations.size());
  for (const auto& operation : operations) {
    for (const auto& effect : operation.effects) parts.push_back({&effect.key, &operation});
  }
  std::sort(parts.begin(), parts.end(), [this](const Part& a, const Part& b) {
    const auto order = *a.key <=> *b.key;
    return order != 0 ? order < 0 : slot_of(*a.operation) < slot_of(*b.operation);
  });
  const auto again = std::unique(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return a.operation == b.operation && *a.key == *b.key;
  });
  parts.erase(again, parts.end());
  return parts;
}

Tip Entry::tip(const Bytes& bytes) const {
  return {.entry = number,
          .slot = Slot{posse::number(first_slot) + operations.size() - 1},
          .hash = digest(bytes),
          .time = time,
          .state = state};
}

Tip empty_tip(const Sequence& sequence) {
  return {.entry = {}, .slot = {}, .hash = digest(sequence.name()), .time = {}, .state = {}};
}

Entry next_entry(const Sequence& sequence, const Tip& tip, Time now) {
  return {.sequence = sequence,
          .number = tip.entry + 1,
          .previous = tip.hash,
          .first_slot = tip.slot + 1,
          .time = time_behind(tip, now),
          .operations = {},
          .state = tip.state};
}

Time time_behind(const Tip& tip, Time now) {
  return std::max(now, tip.time);
}

}  // namespace posse
