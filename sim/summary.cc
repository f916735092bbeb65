/// Saying it in short.
// SPDX-License-Identifier: Apache-2.0
#include "sim/summary.h"

#include <algorithm>
#include <utility>

#include "sim/oracle.h"

namespace posse::sim {
namespace {

class Summary {
 public:
  explicit Summary(const Scenario& scenario) {
    for (const Role& role : scenario.roles) name_all(role.name, role.orders);
    name_all(scenario.before_is, scenario.before);
  }

  std::string line(const Entry& entry) const {
    std::string line = "entry " + std::to_string(number(entry.number)) + ":";
    if (entry.is_fence()) return line + " fence";
    for (const auto& operation : entry.operations) line += " [" + name(operation.intent) + "]";
    return line;
  }

  std::string line(const Key& key, const Participant& participant) const {
    std::vector<std::string> holds;
    holds.reserve(participant.holds.size());
    for (const Hold& hold : participant.holds) {
      holds.push_back(" holds [" + name(hold.intent) + "] " + std::to_string(number(hold.first)) +
                      " to " + std::to_string(number(hold.last)));
    }
    return key.text() + ": balance " + std::to_string(participant.value("balance")) +
           sorted(std::move(holds)) + settled(participant.settled.all());
  }

  std::string settled(const std::vector<Settled>& rows) const {
    std::vector<std::string> settled;
    settled.reserve(rows.size());
    for (const Settled& one : rows) settled.push_back(" settled [" + name(one.intent) + "]");
    return sorted(std::move(settled));
  }

 private:
  void name_all(const std::string& name, const std::vector<Order>& orders) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const std::string which = orders.size() == 1 ? "" : " no. " + std::to_string(i + 1);
      names_.emplace_back(orders[i].request, name + which);
    }
  }

  std::string name(const Intent& intent) const {
    const auto found =
        std::ranges::find_if(names_, [&](const auto& known) { return intent.is_of(known.first); });
    return found == names_.end() ? intent.text() : found->second;
  }

  static std::string sorted(std::vector<std::string> parts) {
    std::ranges::sort(parts);
    std::string text;
    for (const auto& part : parts) text += part;
    return text;
  }

  std::vector<std::pair<RequestKey, std::string>> names_;
};

}  // namespace

std::vector<std::string> in_short(const Contents& contents, const Scenario& scenario) {
  Books books;
  if (const auto wrong = read_books(contents, books)) return {*wrong};
  const Summary summary(scenario);
  std::vector<std::string> lines;
  lines.reserve(contents.items().size());
  for (const auto& [sequence, head] : books.heads) {
    lines.push_back("head " + std::to_string(number(head)));
  }
  for (const auto& [sequence, chain] : books.entries) {
    for (const Entry& entry : chain) lines.push_back(summary.line(entry));
  }
  for (const auto& [sequence, receipts] : books.receipts) {
    for (const EntryNumber receipt : receipts) {
      lines.push_back("receipt " + std::to_string(number(receipt)));
    }
  }
  for (const auto& [key, participant] : books.participants) {
    lines.push_back(summary.line(key, participant));
  }
  for (const auto& [key, rows] : books.spilled) {
    lines.push_back(key.text() + ", in pages:" + summary.settled(rows));
  }
  return lines;
}

std::string one_line(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

}  // namespace posse::sim
