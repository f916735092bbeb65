/// Decisions on a participant.
// SPDX-License-Identifier: Apache-2.0
#include "journal/participant.h"

#include <algorithm>

#include "core/assert.h"
#include "core/digest.h"
#include "core/fields.h"
#include "core/json_writer.h"

namespace posse {
namespace {

template <class Items, class Matches>
auto* find(Items& items, Matches matches) {
  const auto found = std::find_if(items.begin(), items.end(), matches);
  return found == items.end() ? nullptr : &*found;
}

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? INT64_MIN : INT64_MAX;
}

}  // namespace

const Hold* Participant::hold(const Intent& intent) const {
  return find(holds, [&](const Hold& hold) { return hold.intent == intent; });
}

const Hold* Participant::hold_of(const RequestKey& request) const {
  return find(holds, [&](const Hold& hold) { return hold.intent.is_of(request); });
}

const Hold* Participant::hold_before(const Intent& intent) const {
  const Hold* own = hold(intent);
  if (own == nullptr) return nullptr;
  for (const Hold& other : holds) {
    if (&other == own) break;
    if (other.conflicts(*own)) return &other;
  }
  return nullptr;
}

bool Participant::may_have_spilled(const RequestKey& request) const {
  return pages > 0 && request.issued <= spilled_until;
}

bool Participant::take_out(const Hold& hold) {
  return std::erase_if(holds, [&](const Hold& one) { return one.same(hold); }) > 0;
}

bool Participant::keeps_promise(const Hold& hold, const Reserve& done) const {
  return std::all_of(done.begin(), done.end(), [&](const auto& change) {
    const auto& [field, amount] = change;
    const auto promised = hold.reserve.find(field);
    const std::int64_t most = promised == hold.reserve.end() ? 0 : promised->second;
    const bool within = most < 0 ? amount >= most && amount <= 0 : amount <= most && amount >= 0;
    const auto* there = data.if_contains(field);
    std::int64_t after = 0;
    return within && (there == nullptr || there->is_int64()) &&
           !__builtin_add_overflow(value(field), amount, &after);
  });
}

void Participant::settle(const Settled& settlement, const std::vector<const Effect*>& effects,
                         const EffectKinds& kinds) {
  const Hold* held = hold(settlement.intent);
  POSSE_ASSERT(held != nullptr);
  for (const Effect* effect : effects) {
    const EffectKind* kind = kinds.find(effect->kind);
    POSSE_ASSERT(kind != nullptr);
    kind->apply(*this, effect->details);
  }
  std::erase_if(holds, [&](const Hold& one) { return one.intent == settlement.intent; });
  settled.push_back(settlement);
}

State Participant::state() const {
  if (!is_there) return State{"absent"};
  JsonWriter out;
  out.value(data);
  return State{to_text(digest(out.take()))};
}

std::int64_t Participant::value(std::string_view field) const {
  const auto* value = data.if_contains(field);
  if (value == nullptr || !value->is_int64()) return 0;
  return value->as_int64();
}

std::int64_t Participant::lowest(std::string_view field) const {
  std::int64_t lowest = value(field);
  for (const auto& hold : holds) {
    const auto reserved = hold.reserve.find(std::string(field));
    if (reserved == hold.reserve.end() || reserved->second > 0) continue;
    lowest = saturated_sum(lowest, reserved->second);
  }
  return lowest;
}

std::int64_t Participant::highest(std::string_view field) const {
  std::int64_t highest = value(field);
  for (const auto& hold : holds) {
    const auto reserved = hold.reserve.find(std::string(field));
    if (reserved == hold.reserve.end() || reserved->second < 0) continue;
    highest = saturated_sum(highest, reserved->second);
  }
  return highest;
}

std::int64_t Participant::floor(std::string_view field) const {
  std::int64_t floor = INT64_MIN;
  for (const auto& hold : holds) {
    const auto reserved = hold.reserve.find(std::string(field));
    if (reserved == hold.reserve.end() || reserved->second >= 0) continue;
    const auto relied = hold.floors.find(std::string(field));
    floor = std::max(floor, relied == hold.floors.end() ? 0 : relied->second);
  }
  return floor;
}

void Participant::change(std::string_view field, std::int64_t amount) {
  // Several effects of one operation may leave the range between them: only their sum is known to
  // fit, and wrapping around and back comes to it.
  const auto after = static_cast<std::int64_t>(static_cast<std::uint64_t>(value(field)) +
                                               static_cast<std::uint64_t>(amount));
  put(data, field, after);
}

}  // namespace posse
