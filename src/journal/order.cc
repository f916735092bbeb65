/// Which orders are well-formed.
// SPDX-License-Identifier: Apache-2.0
#include "journal/order.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "core/json_writer.h"
#include "core/limits.h"
#include "journal/content.h"

namespace posse {
namespace {

bool is_text_and_numbers(const Order& order) {
  constexpr int around = 1;  // what a value stands in, or a note
  const auto is_fine = [](const Effect& effect) {
    return is_utf8(effect.key.text()) && is_readable(effect.details, nesting_max + around);
  };
  return is_readable(order.line, nesting_max + around) && is_readable(order.data) &&
         std::all_of(order.effects.begin(), order.effects.end(), is_fine);
}

Refusal refuse(std::string detail) {
  return {.code = "malformed", .detail = std::move(detail), .more = {}};
}

/// Whether the effects on `key` would have each other's document.
bool clash(const Order& order, const EffectKinds& kinds, const Key& key) {
  int adds = 0;
  int checks = 0;
  int others = 0;
  for (const auto& effect : order.effects) {
    if (effect.key != key) continue;
    if (!kinds.find(effect.kind)->is_exclusive())
      ++adds;
    else
      ++(effect.kind == "check" ? checks : others);
  }
  return checks + others > 1 || (others > 0 && adds > 0);
}

/// The first key in order on which effects clash; null if there is none.
const Key* find_clash(const Order& order, const EffectKinds& kinds) {
  const Key* found = nullptr;
  for (const auto& effect : order.effects) {
    const bool is_earlier = found == nullptr || effect.key < *found;
    if (is_earlier && clash(order, kinds, effect.key)) found = &effect.key;
  }
  return found;
}

/// An object keeps its memory resource when it is assigned to, so another one takes its place.
void make_own(boost::json::object& object) {
  boost::json::object own(std::move(object), boost::json::storage_ptr());
  make_as_read(own);
  std::destroy_at(&object);
  std::construct_at(&object, std::move(own));
}

}  // namespace

void make_as_read(Order& order) {
  make_own(order.line);
  make_own(order.data);
  for (Effect& effect : order.effects) make_own(effect.details);
}

std::size_t bytes_of(const Order& order) {
  constexpr std::size_t around_effect = 40;  // names, quotes, braces and commas
  std::size_t bytes = json_size(order.line) + json_size(order.data);
  for (const auto& effect : order.effects) {
    bytes += json_size(effect.key.text());  // a character of it may take six as text
    bytes += json_size(effect.details) + effect.kind.size() + around_effect;
  }
  return bytes;
}

std::optional<Refusal> malformed(const Order& order, std::size_t bytes, const EffectKinds& kinds) {
  if (order.effects.empty() || order.effects.size() > operation_effects_max) {
    return refuse("an operation has 1 to " + std::to_string(operation_effects_max) + " effects");
  }
  if (order.request.issued < Time{}) return refuse("a request's time must not be before 1970");
  if (!is_text_and_numbers(order)) {
    return refuse("an operation is UTF-8 text and finite numbers, at most " +
                  std::to_string(nesting_max) + " levels deep");
  }
  for (const auto& effect : order.effects) {
    if (effect.key.text().empty() || effect.key.text().size() > participant_key_bytes_max) {
      return refuse("a participant's key has 1 to " + std::to_string(participant_key_bytes_max) +
                    " bytes");
    }
  }
  if (order.sequence.name().size() > sequence_name_max) {
    return refuse("a sequence's name has at most " + std::to_string(sequence_name_max) + " bytes");
  }
  if (bytes > operation_bytes_max) {
    return refuse("an operation carries at most " + std::to_string(operation_bytes_max) + " bytes");
  }
  const Key* first = nullptr;
  bool has_guard = false;
  bool is_exclusive = false;
  for (const auto& effect : order.effects) {
    const EffectKind* kind = kinds.find(effect.kind);
    if (kind == nullptr) return refuse("`" + effect.kind + "` is no known kind of effect");
    if (auto refusal = kind->check(effect.details)) return refusal;
    if (first == nullptr || effect.key < *first) first = &effect.key;
    has_guard = has_guard || effect.key == order.guard;
    is_exclusive = is_exclusive || kind->is_exclusive();
  }
  if (!has_guard) return refuse("the guard must be one of the participants");
  if (is_exclusive && order.guard != *first)
    return refuse("the guard must be the first participant in key order");
  if (const Key* key = find_clash(order, kinds)) {
    return refuse(key->text() + " can have one effect, or any number of `add` with one `check`");
  }
  return {};
}

std::optional<Refusal> not_chosen_well(Order& order, const std::vector<Effect>& checks,
                                       const EffectKinds& kinds) {
  std::set<Key> left;
  for (const Effect& check : checks) left.insert(check.key);
  for (const Effect& effect : order.effects) {
    const EffectKind* kind = kinds.find(effect.kind);
    if (kind != nullptr && !kind->is_exclusive())
      return refuse("`" + effect.kind +
                    "` cannot be chosen: its document is held already; `set` it");
    if (left.erase(effect.key) == 0)
      return refuse(effect.key.text() +
                    " is not among the documents shown, or has an effect already");
  }
  for (const Effect& check : checks) {
    if (left.contains(check.key)) order.effects.push_back(check);
  }
  return {};
}

}  // namespace posse
