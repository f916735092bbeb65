/// Exploring.
// SPDX-License-Identifier: Apache-2.0
#include "sim/explorer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sim/digest.h"

namespace posse::sim {
namespace {

constexpr std::uint64_t progress_every = 1U << 16U;

bool is_written_once(const Key& key) {
  const auto has = [&](std::string_view part) {
    return key.text().find(part) != std::string::npos;
  };
  return has("/entry/") || has("/receipt/") || has("/settled/");
}

bool is_sleep(const Pending& pending) {
  return pending.call->kind == Call::Kind::sleep;
}

/// Whether the answer can never be another one, whatever the others do first: then nothing is
/// lost by giving it at once.
bool is_fixed(const Call& call, const Contents& contents) {
  if (call.kind == Call::Kind::sleep) return true;
  const Item now = contents.find(call.key);
  if (!now) return false;
  if (call.kind == Call::Kind::cas) return now->version != call.expected;
  return call.kind == Call::Kind::add || is_written_once(call.key);
}

}  // namespace

std::uint64_t Explorer::State::digest() const {
  std::uint64_t digest = contents.digest();
  for (const auto& process : processes) digest = mixed(digest, process ? process->digest : 1);
  std::uint64_t on_their_way = 0;  // in whatever order they left
  for (const Late& one : late) on_their_way += mixed(7, one.digest);
  digest = mixed(digest, on_their_way);
  for (const int count : {left.crashes, left.unknowns, left.failures, left.stales}) {
    digest = mixed(digest, static_cast<std::uint64_t>(count));
  }
  return digest;
}

bool Explorer::State::is_end() const {
  return std::all_of(processes.begin(), processes.end(),
                     [](const auto& process) { return !process || process->pending.empty(); });
}

Explorer::Explorer(Scenario scenario, Next next) : scenario_(std::move(scenario)), next_(next) {
  std::uint64_t seed = 0;
  for (const Role& role : scenario_.roles) {
    processes_.push_back(std::make_unique<Process>(io_, role.name, role.script, ++seed));
  }
}

Explored Explorer::run(std::uint64_t states_max,
                       const std::function<void(const Explored&)>& progress) {
  visit(beginning());
  while (!waiting_.empty() && !explored_.broken) {
    if (explored_.states >= states_max) {
      explored_.truncated = true;
      break;
    }
    if (explored_.states % progress_every == 0) progress(explored_);
    expand(take_waiting());
  }
  if (!explored_.broken && !explored_.truncated) judge_sometimes();
  explored_.contents = judged_.size();
  for (const auto& process : processes_) explored_.histories += process->histories();
  return explored_;
}

Explorer::State Explorer::take_waiting() {
  const bool last = next_ == Next::deepest;
  State state = std::move(last ? waiting_.back() : waiting_.front());
  if (last)
    waiting_.pop_back();
  else
    waiting_.pop_front();
  return state;
}

Explorer::State Explorer::beginning() {
  State state;
  state.contents = opening_contents(scenario_);
  for (const auto& process : processes_) state.processes.push_back(process->beginning());
  state.left = scenario_.faults;
  return state;
}

void Explorer::expand(const State& state) {
  if (state.is_end()) judge_end(state);
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    if (!state.processes[i]) continue;
    const auto next = next_calls(state, i);
    if (next.size() == 1 && is_fixed(*next.front().call, state.contents)) {
      return answer_calls(state, i);
    }
  }
  for (std::size_t i = 0; i < state.processes.size() && !explored_.broken; ++i) {
    if (!state.processes[i] || state.processes[i]->pending.empty()) continue;
    answer_calls(state, i);
    crash(state, i);
  }
  for (std::size_t i = 0; i < state.late.size() && !explored_.broken; ++i) arrive_late(state, i);
}

/// The calls of a process that may be answered next. It sleeps for longer than its own calls take:
/// else it could look for ever at what only a call of its own will change. Those of others may be
/// as slow as they like.
std::vector<Pending> Explorer::next_calls(const State& state, std::size_t process) const {
  std::vector<Pending> next = state.processes[process]->pending;
  if (!std::all_of(next.begin(), next.end(), is_sleep)) std::erase_if(next, is_sleep);
  if (!scenario_.overtaking) next.resize(std::min<std::size_t>(next.size(), 1));
  return next;
}

void Explorer::answer_calls(const State& state, std::size_t process) {
  for (const Pending& pending : next_calls(state, process)) {
    answer_call(state, process, pending);
    read_stale(state, process, pending);
    lose_answer(state, process, pending);
  }
}

void Explorer::answer_call(const State& state, std::size_t process, const Pending& pending) {
  State next = state;
  const Answer answer = carry_out(*pending.call, next.contents);
  go(std::move(next), {process, pending}, answer);
  if (state.left.failures == 0 || pending.call->kind == Call::Kind::sleep ||
      !scenario_.roles[process].may_fail) {
    return;
  }
  State failed = state;
  --failed.left.failures;
  go(std::move(failed), {process, pending, " fails"}, {.kind = Answer::Kind::failed});
}

/// Everything that the key ever showed, and that it showed nothing if it is written once.
void Explorer::read_stale(const State& state, std::size_t process, const Pending& pending) {
  if (state.left.stales == 0 || pending.call->kind != Call::Kind::get) return;
  const Item now = state.contents.find(pending.call->key);
  if (!now) return;
  const auto show = [&](Answer::Kind kind, const Item& item) {
    State next = state;
    --next.left.stales;
    go(std::move(next), {process, pending, " shows the past"}, {.kind = kind, .item = item});
  };
  for (Item past = now->older; past; past = past->older) show(Answer::Kind::document, past);
  if (is_written_once(now->key)) show(Answer::Kind::absent, {});
}

/// The write is on its way: it may arrive at any time, or never.
void Explorer::lose_answer(const State& state, std::size_t process, const Pending& pending) {
  if (state.left.unknowns == 0 || !pending.call->is_write()) return;
  if (!scenario_.roles[process].may_fail) return;
  State next = state;
  --next.left.unknowns;
  next.late.push_back({pending.call, pending.call->digest()});
  go(std::move(next), {process, pending, " is not answered"}, {.kind = Answer::Kind::unknown});
}

void Explorer::crash(const State& state, std::size_t process) {
  if (state.left.crashes == 0 || !scenario_.roles[process].may_fail) return;
  State next = state;
  --next.left.crashes;
  next.processes[process].reset();
  next.last = std::make_shared<Step>(Step{state.last, processes_[process]->name() + " crashes"});
  visit(std::move(next));
}

void Explorer::arrive_late(const State& state, std::size_t late) {
  State next = state;
  const auto call = next.late[late].call;
  next.late.erase(next.late.begin() + static_cast<std::ptrdiff_t>(late));
  carry_out(*call, next.contents);
  next.last = std::make_shared<Step>(Step{state.last, call->text() + " arrives late"});
  visit(std::move(next));
}

void Explorer::go(State next, const Move& move, const Answer& answer) {
  if (explored_.broken) return;
  Process& process = *processes_[move.process];
  const HistoryPtr before = next.processes[move.process];
  const HistoryPtr after = process.after(before, move.pending.number, answer);
  next.processes[move.process] = after;
  std::string text = process.name() + ": " + move.pending.call->text() + move.how;
  if (answer.kind == Answer::Kind::refused) text += " (refused)";
  if (answer.kind == Answer::Kind::absent) text += " (nothing)";
  next.last = std::make_shared<Step>(Step{next.last, std::move(text)});
  if (after->alarms > 0) return fail(next, process.name() + " raises the alarm");
  for (std::size_t i = before->told.size(); i < after->told.size(); ++i) {
    judge_told(next, after->told[i]);
  }
  visit(std::move(next));
}

void Explorer::visit(State next) {
  if (explored_.broken) return;
  ++explored_.steps;
  if (!seen_.insert(next.digest()).second) return;
  ++explored_.states;
  judge_contents(next);
  waiting_.push_back(std::move(next));
}

void Explorer::fail(const State& state, std::string sentence) {
  if (explored_.broken) return;
  explored_.broken = std::move(sentence);
  for (const Step* step = state.last.get(); step != nullptr; step = step->before.get()) {
    explored_.trace.push_back(step->text);
  }
  std::reverse(explored_.trace.begin(), explored_.trace.end());
}

}  // namespace posse::sim
