/// Leaving out.
// SPDX-License-Identifier: Apache-2.0
#include "sim/shrink.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace posse::sim {
namespace {

using Decisions = std::set<DecisionId>;
using RealClock = std::chrono::steady_clock;

/// What a sentence says, without the names and numbers in it.
std::string kind_of(const std::string& sentence) {
  const std::size_t invariant = sentence.rfind('(');
  if (invariant != std::string::npos) return sentence.substr(invariant);
  return sentence.substr(sentence.size() - std::min<std::size_t>(sentence.size(), 12));
}

class Shrinker {
 public:
  Shrinker(const Swarm& swarm, const Course& broken, std::chrono::seconds longest)
      : swarm_(swarm),
        kind_(kind_of(*broken.wrong)),
        selection_{.mishaps = broken.happened, .orders = broken.ordered},
        until_(RealClock::now() + longest) {}

  Selection run() {
    leave_out(&Selection::orders);
    leave_out(&Selection::mishaps);
    leave_out(&Selection::orders);
    return selection_;
  }

 private:
  bool is_late() const { return RealClock::now() >= until_; }

  using Part = std::optional<Decisions> Selection::*;

  void leave_out(Part part) {
    for (std::size_t parts = 2; !is_late();) {
      const std::size_t all = (selection_.*part)->size();
      if (all == 0) return;
      parts = std::min(parts, all);
      if (leave_one_out(part, parts)) {
        parts = std::max<std::size_t>(parts - 1, 2);
      } else {
        if (parts == all) return;
        parts *= 2;
      }
    }
  }

  /// Tries to do without each of so many parts; true once that was possible.
  bool leave_one_out(Part part, std::size_t parts) {
    const std::vector<DecisionId> all((selection_.*part)->begin(), (selection_.*part)->end());
    for (std::size_t i = 0; i < parts && !is_late(); ++i) {
      const auto begin = static_cast<std::ptrdiff_t>(all.size() * i / parts);
      const auto end = static_cast<std::ptrdiff_t>(all.size() * (i + 1) / parts);
      Decisions fewer(all.begin(), all.begin() + begin);
      fewer.insert(all.begin() + end, all.end());
      Selection tried = selection_;
      tried.*part = std::move(fewer);
      if (!breaks(tried)) continue;
      return true;
    }
    return false;
  }

  /// Keeps what breaks the same rule, with the decisions that it really came to.
  bool breaks(const Selection& tried) {
    World world(swarm_, tried);
    const Course course = world.run();
    if (!course.wrong || kind_of(*course.wrong) != kind_) return false;
    selection_ = {.mishaps = course.happened, .orders = course.ordered};
    return true;
  }

  const Swarm& swarm_;
  std::string kind_;
  Selection selection_;
  RealClock::time_point until_;
};

std::string list_of(const Decisions& decisions) {
  std::string list;
  for (const DecisionId& id : decisions) list += (list.empty() ? "" : ",") + id.text();
  return list.empty() ? "none" : list;
}

std::optional<DecisionId> read_decision(const std::string& text) {
  DecisionId id;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint32_t* number : {&id.node, &id.life, &id.call}) {
    const auto read = std::from_chars(at, end, *number);
    if (read.ec != std::errc()) return {};
    at = read.ptr;
    const bool last = number == &id.call;
    if (last != (at == end) || (!last && *at != '.')) return {};
    if (!last) ++at;
  }
  return id;
}

}  // namespace

Selection shrink(const Swarm& swarm, const Course& broken, std::chrono::seconds longest) {
  return Shrinker(swarm, broken, longest).run();
}

std::string replay_arguments(const Swarm& swarm, const Selection& selection) {
  std::string arguments = "--seed " + std::to_string(swarm.seed);
  if (selection.orders) arguments += " --orders " + list_of(*selection.orders);
  if (selection.mishaps) arguments += " --mishaps " + list_of(*selection.mishaps);
  return arguments;
}

std::optional<Decisions> read_decisions(const std::string& text) {
  Decisions decisions;
  if (text == "none") return decisions;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const auto id = read_decision(text.substr(at, comma - at));
    if (!id) return {};
    decisions.insert(*id);
    at = comma + 1;
  }
  return decisions;
}

}  // namespace posse::sim
