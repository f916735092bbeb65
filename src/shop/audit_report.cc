/// Findings, and the report as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_report.h"

#include <algorithm>
#include <utility>

namespace posse {
namespace json = boost::json;
namespace {

json::value to_json(Sum sum) {
  if (sum < INT64_MIN || sum > INT64_MAX) return json::value(sum_text(sum));
  return static_cast<std::int64_t>(sum);
}

json::object to_json(const Counts& counts) {
  return {{"documents", counts.documents}, {"campaigns", counts.campaigns},
          {"journals", counts.journals},   {"accounts", counts.accounts},
          {"entries", counts.entries},     {"fences", counts.fences},
          {"receipts", counts.receipts},   {"operations", counts.operations},
          {"settled", counts.settled}};
}

json::object to_json(const BookSums& books) {
  return {{"deposits", to_json(books.deposits)},
          {"withdrawals", to_json(books.withdrawals)},
          {"balances", to_json(books.balances)},
          {"in_flight", to_json(books.in_flight)},
          {"sold", to_json(books.sold)},
          {"harvested", to_json(books.harvested)},
          {"unharvested", to_json(books.unharvested)},
          {"difference", to_json(books.difference())}};
}

json::object to_json(const Counts& counts, const Replayed& replayed) {
  return {{"documents", counts.changed},
          {"verified", replayed.verified},
          {"unverifiable", replayed.unverifiable}};
}

json::object to_json(const Unfinished& unfinished) {
  json::object object{{"entries", unfinished.entries},
                      {"operations", unfinished.operations},
                      {"holds", unfinished.holds},
                      {"oldest_hold", nullptr}};
  if (const auto& oldest = unfinished.oldest_hold) {
    object["oldest_hold"] =
        json::object{{"account", oldest->account},          {"intent", oldest->intent.text()},
                     {"sequence", oldest->sequence.name()}, {"first", number(oldest->first)},
                     {"last", number(oldest->last)},        {"behind", oldest->behind}};
  }
  return object;
}

json::array to_json(const std::vector<Finding>& kept) {
  json::array rows;
  rows.reserve(kept.size());
  for (const auto& finding : kept) {
    json::array keys;
    for (const auto& key : finding.keys) keys.emplace_back(key);
    rows.push_back(json::object{
        {"code", finding.code}, {"keys", std::move(keys)}, {"sentence", finding.sentence}});
  }
  return rows;
}

}  // namespace

std::string sum_text(Sum sum) {
  const bool negative = sum < 0;
  std::string digits;
  do {
    const auto digit = static_cast<int>(sum % 10);
    digits += static_cast<char>('0' + (negative ? -digit : digit));
    sum /= 10;
  } while (sum != 0);
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

void Findings::add(std::string_view code, std::vector<std::string> keys, std::string sentence) {
  ++total_;
  ++by_code_[std::string(code)];
  if (kept_.size() == kept_max) return;
  kept_.push_back(
      {.code = std::string(code), .keys = std::move(keys), .sentence = std::move(sentence)});
}

json::object to_json(const AuditReport& report) {
  json::object by_code;
  for (const auto& [code, count] : report.findings.by_code()) by_code[code] = count;
  return {{"sound", report.sound()},
          {"finished", report.finished()},
          {"counts", to_json(report.counts)},
          {"books", to_json(report.books)},
          {"replayed", to_json(report.counts, report.replayed)},
          {"unfinished", to_json(report.unfinished)},
          {"findings_total", report.findings.total()},
          {"findings_by_code", std::move(by_code)},
          {"findings", to_json(report.findings.kept())}};
}

}  // namespace posse
