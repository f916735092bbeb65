/// Laying out the report.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace posse {
namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string checked(const Counts& counts) {
  return "read " + counted(counts.campaigns, "campaign", "campaigns") + ", " +
         counted(counts.journals, "journal", "journals") + ", " +
         counted(counts.accounts, "account", "accounts") + ", " +
         counted(counts.entries, "entry", "entries") + " (" +
         counted(counts.fences, "fence", "fences") + ") with " +
         counted(counts.operations, "operation", "operations") + "\n";
}

std::string row(std::string_view name, Sum sum) {
  constexpr std::size_t name_columns = 26;
  constexpr std::size_t sum_columns = 22;
  std::string label = "  " + std::string(name);
  label.resize(std::max(label.size(), name_columns), ' ');
  const std::string digits = sum_text(sum);
  const std::size_t room = sum_columns - std::min(sum_columns, digits.size());
  return label + std::string(room, ' ') + digits + "\n";
}

std::string table(const BookSums& books) {
  std::string text;
  text += row("deposits", books.deposits);
  text += row("withdrawals", -books.withdrawals);
  text += row("= money in the shop", books.deposits - books.withdrawals);
  text += "\n";
  text += row("balances", books.balances);
  text += row("not yet settled", books.in_flight);
  text += row("not yet harvested", books.unharvested);
  text += row("= money accounted for", books.balances + books.in_flight + books.unharvested);
  text += "\n";
  text += row("sold", books.sold);
  text += row("harvested", books.harvested);
  if (books.difference() > 0) text += row("MISSING", books.difference());
  if (books.difference() < 0) text += row("TOO MUCH", -books.difference());
  return text;
}

std::string replayed(const AuditReport& report) {
  if (report.counts.changed == 0) return "";
  const Replayed& replayed = report.replayed;
  std::string text = counted(report.counts.changed, "document", "documents") +
                     " of the generic journals: " + std::to_string(replayed.verified) +
                     " as their operations have made them";
  if (replayed.unverifiable > 0) {
    text += ", " + std::to_string(replayed.unverifiable) +
            " changed by kinds of effects that this program does not know";
  }
  return text + "\n\n";
}

std::string pending(const Unfinished& unfinished) {
  if (unfinished.entries == 0 && unfinished.holds == 0) return "nothing is unfinished\n";
  std::string text = "unfinished: " + counted(unfinished.entries, "entry", "entries") +
                     " beyond a head, " +
                     counted(unfinished.operations, "operation", "operations") +
                     " not yet settled, " + counted(unfinished.holds, "hold", "holds") + "\n";
  if (const auto& oldest = unfinished.oldest_hold) {
    text += "  oldest hold: " + oldest->account + ", entries " +
            std::to_string(number(oldest->first)) + " to " + std::to_string(number(oldest->last)) +
            " of " + oldest->sequence.name() + ", intent " + oldest->intent.text() + "\n";
  }
  return text;
}

std::string flaws(const Findings& findings) {
  std::string text;
  for (const auto& finding : findings.kept()) {
    text += "  " + finding.code + ": " + finding.sentence + "\n";
  }
  const std::uint64_t more = findings.total() - findings.kept().size();
  if (more > 0) text += "  and " + std::to_string(more) + " more\n";
  if (!text.empty()) text += "\n";
  return text;
}

std::string verdict(const AuditReport& report) {
  if (report.sound()) return "the books are sound\n";
  return "UNSOUND: " + counted(report.findings.total(), "finding", "findings") + "\n";
}

}  // namespace

std::string to_text(const AuditReport& report) {
  return checked(report.counts) + "\n" + table(report.books) + "\n" + replayed(report) +
         pending(report.unfinished) + "\n" + flaws(report.findings) + verdict(report);
}

}  // namespace posse
