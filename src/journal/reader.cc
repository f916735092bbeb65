/// Collect twice, compare.
// SPDX-License-Identifier: Apache-2.0
#include "journal/reader.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/limits.h"

namespace posse {
namespace {

bool is_held(const Participant& participant) {
  return !participant.holds.empty();
}

/// Whether nothing was settled on the document between two reads of it, nor written by a step that
/// settles nothing.
bool is_same(const Participant& a, const Participant& b) {
  return a.pages == b.pages && a.settled.size() == b.settled.size() && a.state() == b.state();
}

}  // namespace

std::vector<Participant> in_order_of(const std::vector<Key>& keys,
                                     const std::vector<Participant>& found) {
  const std::set<Key> sorted(keys.begin(), keys.end());
  std::vector<Participant> in_order;
  for (const Key& key : keys) {
    const auto place = std::distance(sorted.begin(), sorted.find(key));
    in_order.push_back(found[static_cast<std::size_t>(place)]);
  }
  return in_order;
}

Task<Result<Reader::Found>> Reader::collect(std::vector<Key> keys) {
  Found found;
  for (const Key& key : keys) {
    auto participant = co_await parts_.participants.get(key);
    if (!participant) co_return participant.error();
    Participant none;
    none.is_there = false;
    found.push_back(std::move(*participant).value_or(std::move(none)));
  }
  co_return found;
}

Task<Result<std::optional<Reader::Found>>> Reader::look(std::vector<Key> keys) {
  std::optional<Found> before;
  const Steady until = parts_.clock.steady() + patience;
  for (int looks = 0; looks < looks_max; ++looks) {
    auto found = co_await collect(keys);
    if (!found) co_return found.error();
    if (std::any_of(found->begin(), found->end(), is_held)) {
      before.reset();
      const auto waited = co_await wait_for_holds(keys, &*found, until);
      if (!waited) co_return waited.error();
      continue;
    }
    const bool is_one_moment =
        keys.size() == 1 ||
        (before && std::equal(before->begin(), before->end(), found->begin(), is_same));
    if (is_one_moment) co_return *std::move(found);
    before = *std::move(found);
  }
  co_return std::optional<Found>();
}

Task<Result<void>> Reader::wait_for_holds(std::vector<Key> keys, const Found* found, Steady until) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if ((*found)[i].holds.empty()) continue;
    const Hold first = (*found)[i].holds.front();
    if (parts_.driven.contains(first.intent)) {
      co_await parts_.driven.gone(first.intent);
      continue;
    }
    const auto resolved = co_await parts_.resolver.resolve(keys[i], first, until);
    if (!resolved) co_return resolved.error();
  }
  co_return Result<void>{};
}

}  // namespace posse
