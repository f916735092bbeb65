/// Logs of answers, and their comparison with the books.
// SPDX-License-Identifier: Apache-2.0
#include "cli/witness_log.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace posse {
namespace {

constexpr std::size_t wrong_max = 100;

/// Lines between two writes: what a killed process owes at most.
constexpr std::uint64_t lines_at_once = 50;

}  // namespace

WitnessLog::WitnessLog(const std::filesystem::path& path) : file_(std::fopen(path.c_str(), "a")) {
  if (!file_)
    throw std::filesystem::filesystem_error("cannot write", path,
                                            std::make_error_code(std::errc::io_error));
}

void WitnessLog::sold(const Purchase& purchase, const Sale& sale) {
  (void)std::fprintf(file_.get(), "sold %s %lu %s %s %ld\n", sale.campaign.text().c_str(),
                     number(sale.slot), sale.intent.text().c_str(), purchase.buyer.text().c_str(),
                     number(sale.price));
  written();
}

void WitnessLog::refused(const Purchase& purchase, const Refusal& /*refusal*/) {
  (void)std::fprintf(file_.get(), "refused %s %s\n", purchase.buyer.text().c_str(),
                     purchase.key.text().c_str());
  written();
}

void WitnessLog::written() {
  if (++lines_ % lines_at_once == 0) (void)std::fflush(file_.get());
}

Testimony::Testimony(const std::filesystem::path& directory) {
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() != ".log") continue;
    std::ifstream log(file.path());
    std::string line;
    while (std::getline(log, line)) {
      if (!log.eof()) read(line);
    }
  }
  std::sort(refused_.begin(), refused_.end());
}

void Testimony::read(const std::string& line) {
  std::istringstream words(line);
  std::string kind;
  std::string campaign;
  std::uint64_t slot = 0;
  Acknowledged acknowledged;
  words >> kind;
  if (kind == "refused") {
    std::string buyer;
    std::string key;
    words >> buyer >> key;
    const auto name = Name::from(buyer);
    const auto uuid = Uuid::from(key);
    if (name && uuid)
      refused_.push_back(request_key(account_key(*name).text(), uuid->text(), {}).bytes);
    return;
  }
  words >> campaign >> slot >> acknowledged.intent >> acknowledged.buyer >> acknowledged.price;
  if (kind != "sold" || !words) return;
  ++sold_count_;
  if (!sold_[campaign].emplace(slot, acknowledged).second) {
    twice_.push_back("slot " + std::to_string(slot) + " of " + campaign +
                     " was acknowledged to two buyers");
  }
}

Task<Result<std::vector<std::string>>> Testimony::contradictions(Host* host) const {
  std::vector<std::string> wrong = twice_;
  Sequences& sequences = host->shop().journal().sequences();
  for (const auto& [campaign, slots] : sold_) {
    const Sequence sequence = campaign_sequence(*Name::from(campaign));
    std::uint64_t last = 0;
    for (EntryNumber at{1};; at = at + 1) {
      const auto stored = co_await sequences.entry(sequence, at);
      if (!stored) co_return stored.error();
      if (!*stored) break;
      const Entry& entry = *(*stored)->entry;
      check(entry, slots, wrong);
      last = number(entry.first_slot) + entry.operations.size() - 1;
    }
    if (slots.rbegin()->first > last) {
      wrong.push_back("slot " + std::to_string(slots.rbegin()->first) + " of " + campaign +
                      " was acknowledged and is not in the books");
    }
  }
  if (wrong.size() > wrong_max) wrong.resize(wrong_max);
  co_return wrong;
}

void Testimony::check(const Entry& entry, const Slots& slots,
                      std::vector<std::string>& wrong) const {
  for (const auto& operation : entry.operations) {
    const std::string slot =
        "slot " + std::to_string(number(entry.slot_of(operation))) + " of " + entry.sequence.name();
    if (std::binary_search(refused_.begin(), refused_.end(), operation.intent.request())) {
      wrong.push_back(slot + " was sold for a request that was refused");
    }
    const auto told = slots.find(number(entry.slot_of(operation)));
    if (told == slots.end()) continue;
    const Acknowledged& acknowledged = told->second;
    if (acknowledged.intent != operation.intent.text() ||
        acknowledged.buyer != operation.line.at("buyer").as_string() ||
        acknowledged.price != operation.line.at("amount").as_int64()) {
      wrong.push_back(slot + " is not as it was acknowledged to " + acknowledged.buyer);
    }
  }
}

}  // namespace posse
