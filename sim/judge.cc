/// What the explorer demands of states.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "sim/alone.h"
#include "sim/digest.h"
#include "sim/explorer.h"
#include "sim/summary.h"

namespace posse::sim {

namespace {

bool is_held(const Books& books, const Order& order) {
  const auto guard = books.participants.find(order.guard);
  return guard != books.participants.end() && guard->second.hold_of(order.request) != nullptr;
}

}  // namespace

void Explorer::judge_contents(const State& state) {
  if (!judged_.insert(state.contents.face()).second) return;
  Books books;
  auto wrong = read_books(state.contents, books);
  if (!wrong) wrong = check_always(books);
  if (!wrong) wrong = judge_holds(books);
  if (wrong) fail(state, *std::move(wrong));
}

/// Whatever a request needs is set aside once, by one attempt.
Wrong Explorer::judge_holds(const Books& books) const {
  for (const Role& role : scenario_.roles) {
    for (const Order& order : role.orders) {
      const auto guard = books.participants.find(order.guard);
      if (guard == books.participants.end()) continue;
      const auto& holds = guard->second.holds;
      const auto held = std::count_if(holds.begin(), holds.end(), [&](const Hold& one) {
        return one.intent.is_of(order.request);
      });
      if (held > 1) return order.guard.text() + " holds one request twice";
    }
  }
  return {};
}

/// Whoever was told that it is committed finds it in the books from that moment on, at its slot;
/// and whoever was told that the only slot is sold finds it sold.
void Explorer::judge_told(const State& state, const Told& told) {
  if (told.word == torn) return fail(state, "documents of two moments were read as those of one");
  const bool sold_out = told.word == "sold_out";
  if (!told.intent && !sold_out) return;
  Books books;
  if (auto wrong = read_books(state.contents, books)) return fail(state, *std::move(wrong));
  if (sold_out) {
    if (!books.has_sold(scenario_.sequence))
      fail(state, "an order was refused as sold out while nothing was sold");
    return;
  }
  const auto slot = books.slot_of(*told.intent);
  const std::string name = told.intent->text() + " was told to be committed";
  if (!slot) return fail(state, name + ", and is in no entry");
  if (*slot != told.slot) fail(state, name + " at a slot that is another's");
}

void Explorer::judge_end(const State& state) {
  if (!ends_.insert(mixed(state.contents.face(), digest_of_processes(state))).second) return;
  ++explored_.ends;
  Books books;
  if (auto wrong = read_books(state.contents, books)) return fail(state, *std::move(wrong));
  if (!scenario_.model_case.empty())
    explored_.in_short.insert(one_line(in_short(state.contents, scenario_)));
  if (books.has_fence()) ++explored_.fenced;
  if (books.has_batch()) ++explored_.batched;
  for (std::size_t i = 0; i < state.processes.size(); ++i) {
    const HistoryPtr& process = state.processes[i];
    if (process && !process->ended) return fail(state, processes_[i]->name() + " waits for ever");
  }
  judge_refusals(state, books);
  std::uint64_t books_and_deposits = state.contents.face();
  for (const auto& [key, balance] : opening_of(state)) {
    books_and_deposits = mixed(books_and_deposits, static_cast<std::uint64_t>(balance));
  }
  if (!recovered_.insert(books_and_deposits).second) return;
  if (auto wrong = judge_recovery(state.contents, state)) fail(state, *std::move(wrong));
}

/// Nothing of what was refused happened, unless it was asked for elsewhere too; and its driver has
/// taken its holds out again, if nothing went wrong.
void Explorer::judge_refusals(const State& state, const Books& books) {
  for (const HistoryPtr& process : state.processes) {
    if (!process) continue;
    for (const Told& told : process->told) {
      ++explored_.told[told.word];
      if (!told.is_refusal() || !is_asked_once(told.order.request)) continue;
      if (books.has_request(told.order.request)) {
        return fail(state, "an order was refused (" + told.word + ") and is in an entry");
      }
      if (scenario_.faults.are_none() && is_held(books, told.order)) {
        return fail(state, "an order was refused (" + told.word + ") and is still held");
      }
    }
  }
}

bool Explorer::is_asked_once(const RequestKey& request) const {
  std::size_t asked = 0;
  for (const Role& role : scenario_.roles) {
    for (const Order& order : role.orders) asked += order.request.bytes == request.bytes ? 1U : 0U;
  }
  return asked == 1;
}

/// A scenario that does not get where it is meant to proves nothing.
void Explorer::judge_sometimes() {
  const Sometimes& wanted = scenario_.sometimes;
  if (wanted.fence && explored_.fenced == 0) explored_.broken = "no end has a fence";
  if (wanted.batch && explored_.batched == 0) explored_.broken = "no end has a batch";
  for (const auto& word : wanted.told) {
    if (!explored_.told.contains(word)) explored_.broken = "nobody is ever told `" + word + "`";
  }
}

std::map<Key, std::int64_t> Explorer::opening_of(const State& state) const {
  auto opening = scenario_.opening;
  for (std::size_t i = 0; i < scenario_.roles.size(); ++i) {
    const Role& role = scenario_.roles[i];
    if (role.deposit != 0 && state.processes[i] && state.processes[i]->ended)
      opening[role.account] += role.deposit;
  }
  return opening;
}

/// After the last fault: one recovery and one login for each account decide everything, a second
/// time there is nothing left to do, and each order asked again gets one answer for ever.
Wrong Explorer::judge_recovery(Contents contents, const State& state) {
  Books before;
  if (auto wrong = read_books(contents, before)) return wrong;
  std::vector<Script> all{recovering(scenario_.sequence)};
  // Who takes a turn to read declares in a generic journal of its own choice.
  for (const auto& [sequence, head] : before.heads) {
    if (sequence != scenario_.sequence) all.push_back(recovering(sequence));
  }
  for (const Key& key : documents_of(scenario_)) all.push_back(logging_in(key));
  for (const Script& script : all) {
    const Alone alone = run_alone(io_, script, contents);
    if (!alone.ended) return "recovery does not end";
    if (alone.alarms > 0) return "recovery raises the alarm";
  }
  Books books;
  if (auto wrong = read_books(contents, books)) return wrong;
  if (auto wrong = check_always(books)) return "after recovery, " + *wrong;
  if (auto wrong = check_at_rest(books, opening_of(state))) return "after recovery, " + *wrong;
  for (const Script& script : all) {
    if (run_alone(io_, script, contents).writes > 0) return "a second recovery finds work to do";
  }
  for (const Script& script : scenario_.afterwards) run_alone(io_, script, contents);
  Books last;
  if (auto wrong = read_books(contents, last)) return wrong;
  if (last.members != scenario_.members) return "not everybody who beats is a member";
  return judge_repeats(std::move(contents));
}

Wrong Explorer::judge_repeats(Contents contents) {
  for (const Role& role : scenario_.roles) {
    for (const Order& order : role.orders) {
      if (auto wrong = judge_repeat(order, contents)) return role.name + ", repeated, " + *wrong;
    }
  }
  Books books;
  if (auto wrong = read_books(contents, books)) return wrong;
  if (auto wrong = check_always(books)) return "after all was asked again, " + *wrong;
  return {};
}

Wrong Explorer::judge_repeat(const Order& order, Contents& contents) {
  Books before;
  if (auto wrong = read_books(contents, before)) return wrong;
  const Alone first = run_alone(io_, asking({order}), contents);
  const Alone second = run_alone(io_, asking({order}), contents);
  if (first.told.size() != 1 || second.told.size() != 1) return "does not end";
  const Told& told = first.told.front();
  if (before.has_request(order.request) && !told.intent) return "is not told what it bought";
  const Told& again = second.told.front();
  if (told.word != again.word || told.intent != again.intent || told.slot != again.slot) {
    return "gets two answers";
  }
  if (second.writes > 0 && told.intent) return "changes the books";
  return {};
}

}  // namespace posse::sim
