/// Remembering histories.
// SPDX-License-Identifier: Apache-2.0
#include "sim/process.h"

#include <algorithm>
#include <utility>

#include "sim/digest.h"

namespace posse::sim {
namespace {

std::uint64_t digest_of(const std::vector<Told>& told) {
  std::uint64_t digest = 1;
  for (const Told& one : told) {
    for (const std::uint8_t byte : one.order.request.bytes) digest = mixed(digest, byte);
    digest = mixed(mixed(digest, one.word), one.intent ? one.intent->text() : std::string());
  }
  return digest;
}

}  // namespace

Process::Process(boost::asio::io_context& io, Name name, Making making)
    : io_(io), name_(std::move(name)), making_(std::move(making)) {}

HistoryPtr Process::beginning() {
  const std::uint64_t digest = mixed(making_.seed, name_.twin.empty() ? name_.shown : name_.twin);
  if (const auto known = known_.find(digest); known != known_.end()) return known->second;
  puppet_.reset();
  puppet_ = std::make_unique<Puppet>(io_, making_);
  History history;
  history.digest = digest;
  return keep(std::move(history));
}

HistoryPtr Process::after(const HistoryPtr& before, std::size_t number, const Answer& answer) {
  const std::uint64_t digest = mixed(mixed(before->digest, number), answer.digest());
  if (const auto known = known_.find(digest); known != known_.end()) return known->second;
  if (puppet_is_at_ != before->digest) lead_to(before);
  puppet_->answer(number, answer);
  History history{.before = before, .number = number, .answer = answer, .digest = digest};
  return keep(std::move(history));
}

void Process::lead_to(const HistoryPtr& history) {
  std::vector<const History*> way;
  for (const History* at = history.get(); at->before; at = at->before.get()) way.push_back(at);
  puppet_.reset();
  puppet_ = std::make_unique<Puppet>(io_, making_);
  for (auto step = way.rbegin(); step != way.rend(); ++step) {
    puppet_->answer((*step)->number, (*step)->answer);
  }
}

/// Notes where the puppet is now.
HistoryPtr Process::keep(History history) {
  history.pending = puppet_->pending();
  history.told = puppet_->told();
  history.alarms = puppet_->counters().alarms.size();
  history.ended = puppet_->ended();
  history.mark = history.ended ? digest_of(history.told) : history.digest;
  puppet_is_at_ = history.digest;
  auto kept = std::make_shared<const History>(std::move(history));
  known_.emplace(kept->digest, kept);
  return kept;
}

}  // namespace posse::sim
