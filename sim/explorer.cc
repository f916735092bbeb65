/// Exploring.
// SPDX-License-Identifier: Apache-2.0
#include "sim/explorer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "sim/digest.h"

namespace posse::sim {
namespace {

constexpr std::uint64_t twins_seed = 1000;

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

std::string Explorer::Step::text() const {
  std::string text(who);
  if (!call) return text.empty() ? "time passes" : text + " crashes";
  if (!text.empty()) text += ": ";
  text += call->text();
  text += how;
  if (answer == Answer::Kind::refused) text += " (refused)";
  if (answer == Answer::Kind::absent) text += " (nothing)";
  if (which > 0) text += " (no. " + std::to_string(which + 1) + ")";
  return text;
}

std::uint64_t Explorer::digest_of_processes(const State& state) const {
  std::uint64_t digest = 0;
  std::uint64_t twins = 0;  // in whatever order
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    const std::uint64_t mark = state.processes[i] ? state.processes[i]->mark : 1;
    if (const std::string& twin = scenario_.roles[i].twin; twin.empty()) {
      digest = mixed(digest, mark);
    } else {
      twins += mixed(mixed(mark, twin), 0);
    }
  }
  return mixed(digest, twins);
}

/// The past counts as long as a read may show it.
std::uint64_t Explorer::digest_of(const State& state) const {
  std::uint64_t digest = state.left.stales > 0 ? state.contents.digest() : state.contents.face();
  digest = mixed(digest, digest_of_processes(state));
  std::uint64_t on_their_way = 0;  // in whatever order they left
  for (const Late& one : state.late) on_their_way += mixed(7, one.digest);
  digest = mixed(digest, on_their_way);
  for (const int count : {state.left.unknowns, state.left.failures, state.left.stales}) {
    digest = mixed(digest, static_cast<std::uint64_t>(count));
  }
  if (scenario_.pace.ticks > 0) {
    digest = mixed(digest, static_cast<std::uint64_t>(state.now.count()));
    for (const int count : {state.left.crashes, state.left.slows}) {
      digest = mixed(digest, static_cast<std::uint64_t>(count));
    }
  }
  return digest;
}

/// The state, with all dead who still move, if they may be.
std::optional<Explorer::State> Explorer::end_of(const State& state) const {
  State end = state;
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    if (!state.is_moving(i)) continue;
    if (end.left.crashes == 0 || !scenario_.roles[i].may_fail) return {};
    end = crashed(std::move(end), i);
  }
  return end;
}

Explorer::State Explorer::crashed(State state, std::size_t process) const {
  --state.left.crashes;
  state.processes[process].reset();
  const auto& name = processes_[process]->name();
  state.last = std::make_shared<Step>(
      Step{.before = std::move(state.last), .who = name, .call = {}, .how = {}});
  return state;
}

Explorer::Explorer(Scenario scenario, Next next) : scenario_(std::move(scenario)), next_(next) {
  std::uint64_t seed = 0;
  for (const Role& role : scenario_.roles) {
    ++seed;
    processes_.push_back(
        std::make_unique<Process>(io_, Process::Name{.shown = role.name, .twin = role.twin},
                                  Making{.script = role.script,
                                         .seed = role.twin.empty() ? seed : twins_seed,
                                         .tick = scenario_.pace.tick}));
  }
}

Explored Explorer::run(std::uint64_t states_max) {
  visit(led_to_beginning());
  while (!waiting_.empty() && !explored_.broken) {
    if (explored_.states >= states_max) {
      explored_.truncated = true;
      break;
    }
    expand(take_waiting());
  }
  if (!explored_.broken && !explored_.truncated) judge_sometimes();
  explored_.contents = judged_.size();
  for (const auto& process : processes_) explored_.histories += process->histories();
  return explored_;
}

/// What the steps up to there showed does not count.
Explorer::State Explorer::led_to_beginning() {
  State state = beginning();
  for (const auto& step : scenario_.beginning) {
    auto next = follow(state, step);
    POSSE_ASSERT(next.has_value());
    state = *std::move(next);
  }
  seen_.clear();
  waiting_.clear();
  explored_ = {};
  return state;
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
  window_entries = scenario_.tries.window_entries;
  attempts_max = scenario_.tries.attempts_max;
  State state;
  state.contents = opening_contents(scenario_);
  for (const auto& process : processes_) state.processes.push_back(process->beginning());
  state.left = scenario_.faults;
  return state;
}

void Explorer::expand(const State& state) {
  if (const auto end = end_of(state)) judge_end(*end);
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    if (!state.is_moving(i)) continue;
    const auto next = next_calls(state, i);
    if (next.size() != 1) continue;
    const Call& call = *next.front().call;
    const bool waits = call.kind == Call::Kind::sleep && call.due > Steady{};
    const bool is_timeless = scenario_.pace.ticks == 0 || call.kind == Call::Kind::sleep;
    if (is_timeless && !waits && is_fixed(call, state.contents)) return answer_calls(state, i);
  }
  for (std::size_t i = 0; i < state.processes.size() && !explored_.broken; ++i) {
    if (!state.is_moving(i)) continue;
    answer_calls(state, i);
    if (scenario_.pace.ticks > 0) crash(state, i);
  }
  if (may_pass(state)) pass_time(state);
  for (std::size_t i = 0; i < state.late.size() && !explored_.broken; ++i) arrive_late(state, i);
}

/// The calls of a process that may be answered next. It sleeps for longer than its own calls take:
/// else it could look for ever at what only a call of its own will change. Those of others may be
/// as slow as they like.
std::vector<Pending> Explorer::next_calls(const State& state, std::size_t process) const {
  std::vector<Pending> next = state.processes[process]->pending;
  std::erase_if(next, [&](const Pending& pending) { return !is_over(state, pending); });
  if (!std::all_of(next.begin(), next.end(), is_sleep)) std::erase_if(next, is_sleep);
  if (!scenario_.overtaking) next.resize(std::min<std::size_t>(next.size(), 1));
  return next;
}

/// Whether a call may be answered as far as the time is concerned.
bool Explorer::is_over(const State& state, const Pending& pending) const {
  return !is_sleep(pending) || pending.call->due <= state.now;
}

/// Whether nobody waits for anything but the time.
bool Explorer::is_asleep(const State& state) const {
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    if (state.is_moving(i) && !next_calls(state, i).empty()) return false;
  }
  return true;
}

/// Whether no process waits for an answer since before the last tick, and somebody may wait now.
bool Explorer::may_pass(const State& state) const {
  if (state.now >= scenario_.pace.tick * scenario_.pace.ticks) return false;
  if (is_asleep(state)) return true;
  if (state.left.slows == 0) return false;
  return std::all_of(state.processes.begin(), state.processes.end(), [&](const auto& process) {
    if (!process || process->answer.at == state.now) return true;
    return std::all_of(process->pending.begin(), process->pending.end(), is_sleep);
  });
}

void Explorer::pass_time(const State& state) {
  State next = state;
  if (!is_asleep(state)) --next.left.slows;
  next.now += scenario_.pace.tick;
  next.last = std::make_shared<Step>(Step{.before = state.last, .who = {}, .call = {}, .how = {}});
  if (is_wanted(*next.last)) visit(std::move(next));
}

void Explorer::crash(const State& state, std::size_t process) {
  if (state.left.crashes == 0 || !scenario_.roles[process].may_fail) return;
  State next = crashed(state, process);
  if (is_wanted(*next.last)) visit(std::move(next));
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
  const auto show = [&](Answer::Kind kind, const Item& item, std::size_t which) {
    State next = state;
    --next.left.stales;
    go(std::move(next), {process, pending, " shows the past", which}, {.kind = kind, .item = item});
  };
  std::size_t which = 0;
  for (Item past = now->older; past; past = past->older) {
    show(Answer::Kind::document, past, which++);
  }
  if (is_written_once(now->key)) show(Answer::Kind::absent, {}, 0);
}

/// The write is on its way: it may arrive at any time, or never.
void Explorer::lose_answer(const State& state, std::size_t process, const Pending& pending) {
  if (state.left.unknowns == 0 || !pending.call->is_write()) return;
  if (!pending.call->key.text().starts_with(scenario_.faults.unknowns_at)) return;
  if (!scenario_.roles[process].may_fail) return;
  State next = state;
  --next.left.unknowns;
  next.late.push_back({pending.call, pending.call->digest()});
  go(std::move(next), {process, pending, " is not answered"}, {.kind = Answer::Kind::unknown});
}

void Explorer::arrive_late(const State& state, std::size_t late) {
  const auto call = state.late[late].call;
  const auto same =
      std::count_if(state.late.begin(), state.late.begin() + static_cast<std::ptrdiff_t>(late),
                    [&](const Late& other) { return other.call->text() == call->text(); });
  auto step = std::make_shared<Step>(Step{.before = state.last,
                                          .who = {},
                                          .call = call,
                                          .how = " arrives late",
                                          .which = static_cast<std::size_t>(same)});
  if (!is_wanted(*step)) return;
  State next = state;
  next.late.erase(next.late.begin() + static_cast<std::ptrdiff_t>(late));
  carry_out(*call, next.contents);
  next.last = std::move(step);
  visit(std::move(next));
}

void Explorer::go(State next, const Move& move, Answer answer) {
  if (explored_.broken) return;
  answer.at = next.now;
  Process& process = *processes_[move.process];
  next.last = std::make_shared<Step>(Step{.before = std::move(next.last),
                                          .who = process.name(),
                                          .call = move.pending.call,
                                          .how = move.how,
                                          .which = move.which,
                                          .answer = answer.kind});
  if (!is_wanted(*next.last)) return;
  const HistoryPtr before = next.processes[move.process];
  const HistoryPtr after = process.after(before, move.pending.number, answer);
  next.processes[move.process] = after;
  if (after->alarms > 0) return fail(next, process.name() + " raises the alarm");
  for (std::size_t i = before->told.size(); i < after->told.size(); ++i) {
    judge_told(next, after->told[i]);
  }
  visit(std::move(next));
}

void Explorer::visit(State next) {
  if (explored_.broken) return;
  ++explored_.steps;
  if (!seen_.insert(digest_of(next)).second) return;
  ++explored_.states;
  judge_contents(next);
  waiting_.push_back(std::move(next));
}

void Explorer::fail(const State& state, std::string sentence) {
  if (explored_.broken) return;
  explored_.broken = std::move(sentence);
  for (const Step* step = state.last.get(); step != nullptr; step = step->before.get()) {
    explored_.trace.push_back(step->text());
  }
  std::reverse(explored_.trace.begin(), explored_.trace.end());
}

}  // namespace posse::sim
