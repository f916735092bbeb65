/// Which orders are well-formed.
// SPDX-License-Identifier: Apache-2.0
#include "journal/order.h"

#include <algorithm>
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

}  // namespace

void make_as_read(Order& order) {
  make_as_read(order.line);
  make_as_read(order.data);
  std::vector<Effect> effects;
  for (Effect& effect : order.effects) {
    // They are needed behind the answer: a caller's memory resource may be gone by then.
    boost::json::object details(std::move(effect.details), boost::json::storage_ptr());
    make_as_read(details);
    effects.push_back({.key = std::move(effect.key),
                       .kind = std::move(effect.kind),
                       .details = std::move(details)});
  }
  order.effects = std::move(effects);
}

std::size_t bytes_of(const Order& order) {
  constexpr std::size_t around_effect = 38;  // names, quotes and braces
  std::size_t around = 0;
  JsonWriter out;
  out.value(order.line);
  out.value(order.data);
  for (const auto& effect : order.effects) {
    out.value(effect.key.text());  // a character of it may take six as text
    out.value(effect.details);
    around += around_effect + effect.kind.size();
  }
  return out.size() - 1 + around;  // the comma between line and data is none of theirs
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
  std::set<Key> keys;
  bool is_exclusive = false;
  for (const auto& effect : order.effects) {
    const EffectKind* kind = kinds.find(effect.kind);
    if (kind == nullptr) return refuse("`" + effect.kind + "` is no known kind of effect");
    if (auto refusal = kind->check(effect.details)) return refusal;
    keys.insert(effect.key);
    is_exclusive = is_exclusive || kind->is_exclusive();
  }
  if (!keys.contains(order.guard)) return refuse("the guard must be one of the participants");
  if (is_exclusive && order.guard != *keys.begin())
    return refuse("the guard must be the first participant in key order");
  for (const Key& key : keys) {
    if (clash(order, kinds, key))
      return refuse(key.text() + " can have one effect, or any number of `add` with one `check`");
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
