/// Naming and counting mishaps.
// SPDX-License-Identifier: Apache-2.0
#include "sim/mishap.h"

#include <algorithm>
#include <array>

#include "core/limits.h"
#include "journal/participant.h"

namespace posse::sim {
namespace {

constexpr std::array<std::string_view, mishaps> mishap_names{
    "none",  "crash before", "crash after", "crash late", "request lost", "answer lost",
    "late",  "twice",        "failed",      "slow",       "stale",        "garbled",
    "pause", "cut",          "restart",     "full",       "lie"};

constexpr std::array<std::string_view, steps> step_names{
    "read account",    "read head",    "read entry", "read receipt", "read page",
    "read watch list", "read members", "create",     "declare",      "claim",
    "fence",           "receipt",      "settle",     "confirm",      "release",
    "spill",           "publish",      "pay",        "announce",     "beat"};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Step read_step(std::string_view key) {
  if (has(key, "/entry/")) return Step::read_entry;
  if (has(key, "/receipt/")) return Step::read_receipt;
  if (has(key, "/settled/")) return Step::read_page;
  if (key.starts_with("account/")) return Step::read_account;
  if (key.starts_with("watch/")) return Step::read_watch_list;
  if (key.starts_with("posse/")) return Step::read_members;
  return Step::read_head;
}

Step add_step(const Call& call) {
  const std::string_view key = call.key.text();
  if (has(key, "/entry/")) {
    return has(call.value, "\"operations\":[]") ? Step::fence : Step::claim;
  }
  if (has(key, "/receipt/")) return Step::receipt;
  if (has(key, "/settled/")) return Step::spill;
  if (key.starts_with("watch/")) return Step::announce;
  if (key.starts_with("posse/")) return Step::beat;
  return Step::create;
}

Step account_step(const Call& call, const Item& now) {
  if (!now || now->value == call.value) return Step::confirm;
  const auto before = read_participant(now->value, now->key);
  const auto after = read_participant(call.value, call.key);
  if (!before || !after) return Step::confirm;
  const auto all_settled = [](const Participant& one) {
    return one.settled.size() + one.pages * settled_page;
  };
  if (all_settled(*after) > all_settled(*before)) return Step::settle;
  for (const Hold& hold : after->holds) {
    if (before->hold(hold.intent) == nullptr) return Step::declare;
  }
  if (after->holds.size() < before->holds.size()) return Step::release;
  return after->data != before->data ? Step::pay : Step::confirm;
}

}  // namespace

std::string_view name(Mishap mishap) {
  return mishap_names.at(static_cast<std::size_t>(mishap));
}

std::string_view name(Step step) {
  return step_names.at(static_cast<std::size_t>(step));
}

bool is_read(Step step) {
  return step <= Step::read_members;
}

Step step_of(const Call& call, const Item& now) {
  if (call.kind == Call::Kind::get) return read_step(call.key.text());
  if (call.kind == Call::Kind::add) return add_step(call);
  const Step read = read_step(call.key.text());
  if (read == Step::read_account) return account_step(call, now);
  if (read == Step::read_watch_list) return Step::announce;
  return read == Step::read_members ? Step::beat : Step::publish;
}

std::string DecisionId::text() const {
  return std::to_string(node) + "." + std::to_string(life) + "." + std::to_string(call);
}

void Coverage::add(const Coverage& other) {
  for (const auto& [cell, count] : other.cells_) cells_[cell] += count;
}

std::uint64_t Coverage::of(Mishap mishap) const {
  std::uint64_t sum = 0;
  for (const auto& [cell, count] : cells_) sum += cell.second == mishap ? count : 0;
  return sum;
}

std::uint64_t Coverage::at(Step step, Mishap mishap) const {
  const auto cell = cells_.find({step, mishap});
  return cell == cells_.end() ? 0 : cell->second;
}

std::string Coverage::gaps() const {
  std::string gaps;
  for (std::size_t s = 0; s < steps; ++s) {
    for (std::size_t m = 0; m < mishaps; ++m) {
      const auto step = static_cast<Step>(s);
      const auto mishap = static_cast<Mishap>(m);
      if (!can_meet(step, mishap) || at(step, mishap) > 0) continue;
      if (!gaps.empty()) gaps += ", ";
      gaps += std::string(name(step)) + " / " + std::string(name(mishap));
    }
  }
  return gaps;
}

std::string Coverage::table() const {
  std::string table = "step            ";
  const auto cell = [&](std::string_view text) {
    table += std::string(text.size() < 13 ? 13 - text.size() : 1, ' ') + std::string(text);
  };
  for (std::size_t m = 1; m + 1 < mishaps; ++m) cell(name(static_cast<Mishap>(m)));
  for (std::size_t s = 0; s < steps; ++s) {
    std::string row(name(static_cast<Step>(s)));
    row.resize(16, ' ');
    table += "\n" + row;
    for (std::size_t m = 1; m + 1 < mishaps; ++m) {
      const auto step = static_cast<Step>(s);
      const auto mishap = static_cast<Mishap>(m);
      cell(can_meet(step, mishap) ? std::to_string(at(step, mishap)) : "-");
    }
  }
  return table + "\n";
}

bool can_meet(Step step, Mishap mishap) {
  constexpr std::array writes_only{Mishap::crash_after, Mishap::crash_late, Mishap::answer_lost,
                                   Mishap::late,        Mishap::twice,      Mishap::full};
  if (mishap == Mishap::none || mishap == Mishap::lie) return false;
  if (mishap == Mishap::stale || mishap == Mishap::garbled) return is_read(step);
  const bool needs_write =
      std::find(writes_only.begin(), writes_only.end(), mishap) != writes_only.end();
  return !needs_write || !is_read(step);
}

}  // namespace posse::sim
