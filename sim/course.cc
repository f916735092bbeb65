/// One course of events, step by step.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "sim/explorer.h"
#include "sim/summary.h"

namespace posse::sim {

Replayed Explorer::replay(const std::vector<std::string>& steps) {
  Replayed replayed;
  State state = beginning();
  judge_contents(state);
  for (std::size_t at = 0; at < steps.size(); ++at) {
    auto next = steps[at] == "rest" ? rest_of(state) : follow(state, steps[at]);
    if (!next) {
      const std::string wrong = explored_.broken ? *explored_.broken : impossible_at(state);
      replayed.broken = "step " + std::to_string(at + 1) + ", `" + steps[at] + "`: " + wrong;
      return replayed;
    }
    state = *std::move(next);
  }
  if (const auto end = end_of(state)) judge_end(*end);
  replayed.broken = explored_.broken;
  replayed.lines = lines_of(state);
  return replayed;
}

/// The state after `step`; empty if it is impossible or breaks a rule.
std::optional<Explorer::State> Explorer::follow(const State& state, const std::string& step) {
  wanted_ = &step;
  try_all(state);
  wanted_ = nullptr;
  if (explored_.broken || waiting_.empty()) return {};
  return std::move(waiting_.front());
}

std::string Explorer::impossible_at(const State& state) {
  try_all(state);
  std::string text = "is not possible there; these are:";
  for (const State& next : waiting_) text += "\n  " + next.last->text();
  return text;
}

/// Every step that is possible and wanted.
void Explorer::try_all(const State& state) {
  seen_.clear();
  waiting_.clear();
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    if (!state.is_moving(i)) continue;
    answer_calls(state, i);
    crash(state, i);
  }
  if (may_pass(state)) pass_time(state);
  for (std::size_t i = 0; i < state.late.size(); ++i) arrive_late(state, i);
}

/// Every call is answered as a store that works does; empty if a rule breaks.
std::optional<Explorer::State> Explorer::rest_of(const State& state) {
  std::optional<State> now = state;
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    while (now && now->is_moving(i)) {
      const auto next = next_calls(*now, i);
      if (next.empty()) {
        now = follow(*now, "time passes");
        continue;
      }
      const std::string step = processes_[i]->name() + ": " + next.front().call->text();
      auto answered = follow(*now, step);
      if (!answered) answered = follow(*now, step + " (refused)");
      if (!answered) answered = follow(*now, step + " (nothing)");
      now = std::move(answered);
    }
  }
  return now;
}

std::vector<std::string> Explorer::lines_of(const State& state) const {
  std::vector<std::string> lines;
  lines.reserve(state.processes.size() + state.late.size());
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    lines.push_back(line_of_process(state, i));
  }
  for (const Late& late : state.late) lines.push_back("on its way: " + late.call->text());
  for (auto& line : in_short(state.contents, scenario_)) lines.push_back(std::move(line));
  return lines;
}

std::string Explorer::line_of_process(const State& state, std::size_t process) const {
  std::string line = processes_[process]->name();
  const HistoryPtr& history = state.processes[process];
  if (!history) return line + " crashed";
  for (const Told& told : history->told) line += " was told " + told.word + " and";
  return line + (history->ended ? " ended" : " goes on");
}

}  // namespace posse::sim
