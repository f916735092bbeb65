/// Taking in heads.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_sequences.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "shop/campaign.h"
#include "shop/name.h"

namespace posse {
namespace {

constexpr std::string_view campaigns = "campaign/";
constexpr std::string_view generic_journals = "journal/";

bool is_campaign(const std::string& name) {
  return name.starts_with(campaigns) && Name::from(name.substr(campaigns.size()));
}

bool is_journal(const std::string& name) {
  if (!name.starts_with(generic_journals)) return false;
  const char* end = name.data() + name.size();
  std::uint64_t number = 0;
  const auto read = std::from_chars(name.data() + generic_journals.size(), end, number);
  return read.ec == std::errc{} && read.ptr == end && generic_journal(number).name() == name;
}

}  // namespace

Result<std::optional<Campaign>> campaign_of(const Sequence& sequence, const Head& head) {
  if (!is_campaign(sequence.name())) return std::optional<Campaign>{};
  auto campaign = read_campaign(head.settings);
  if (!campaign) return campaign.error();
  return std::optional<Campaign>(*std::move(campaign));
}

void AuditedSequences::see_head(const Listed& listed) {
  const std::string& name = listed.key.text();
  if (!is_campaign(name) && !is_journal(name)) {
    findings_.add("unknown_key", {name}, name + " is neither a campaign nor a journal");
    return;
  }
  ++(is_campaign(name) ? counts_.campaigns : counts_.journals);
  AuditedSequence& sequence = at(index_of(name));
  const auto head = read(listed, sequence);
  if (!head) return;
  sequence.head = HeadSeen{.entry = head->tip.entry,
                           .slot = head->tip.slot,
                           .hash = head->tip.hash,
                           .time = head->tip.time,
                           .state = boost::json::serialize(head->tip.state)};
  if (number(head->tip.entry) > 0) sequence.wanted = true;
}

void AuditedSequences::see_late_head(SequenceIndex index, const Listed& listed) {
  read(listed, at(index));
}

std::optional<Head> AuditedSequences::read(const Listed& listed, AuditedSequence& sequence) {
  sequence.exists = true;
  auto head = read_head(listed.document.value, listed.key);
  if (!head) {
    findings_.add("unreadable", {listed.key.text()}, head.error().detail);
    return {};
  }
  const auto campaign = campaign_of(sequence.sequence, *head);
  if (!campaign) {
    findings_.add("unreadable", {listed.key.text()},
                  listed.key.text() + ": has wrong settings (" + campaign.error().detail + ")");
  }
  if (campaign && *campaign) sequence.owner = (*campaign)->owner.text();
  return *std::move(head);
}

void AuditedSequences::see_tree(const std::string& name) {
  if (!is_campaign(name) && !is_journal(name)) {
    findings_.add("unknown_key", {name},
                  name + " is neither a campaign nor a journal, and has documents beneath it");
    return;
  }
  at(index_of(name)).wanted = true;
}

SequenceIndex AuditedSequences::name(const std::string& name) {
  const SequenceIndex index = index_of(name);
  at(index).wanted = true;
  return index;
}

std::optional<SequenceIndex> AuditedSequences::find(const std::string& name) const {
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) return {};
  return known->second;
}

SequenceIndex AuditedSequences::index_of(const std::string& name) {
  const auto next = static_cast<SequenceIndex>(sequences_.size());
  const auto [place, is_new] = by_name_.try_emplace(name, next);
  if (is_new) sequences_.push_back({.sequence = Sequence{name}, .head = {}, .owner = {}});
  return place->second;
}

std::uint64_t AuditedSequences::published() const {
  std::uint64_t entries = 0;
  for (const auto& sequence : sequences_) entries += number(sequence.published());
  return entries;
}

AuditedSequence& AuditedSequences::at(SequenceIndex index) {
  return sequences_.at(static_cast<std::uint32_t>(index));
}

const AuditedSequence& AuditedSequences::at(SequenceIndex index) const {
  return sequences_.at(static_cast<std::uint32_t>(index));
}

}  // namespace posse
