/// From the last operation that made a document to what it is.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_replay.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace posse {

Task<Result<const Entry*>> EntryCursor::at(Sequence sequence, EntryNumber number) {
  if (!pages_ || sequence_ != sequence) {
    pages_.emplace(reader_, sequence.name() + "/entry/");
    page_.clear();
    entry_.reset();
    sequence_ = sequence;
  } else if (number_ == number) {
    co_return entry_ ? &*entry_ : nullptr;
  }
  number_ = number;
  entry_.reset();
  const Key key = sequence.entry(number);
  const Listed* listed = find(key);
  if (listed == nullptr) {
    pages_->go_after(sequence.entry(EntryNumber{posse::number(number) - 1}).text());
    auto page = co_await pages_->next();
    if (!page) co_return page.error();
    page_ = *std::move(page);
    listed = find(key);
  }
  if (listed == nullptr) co_return nullptr;
  auto entry = read_entry(listed->document.value, key);
  if (entry) entry_ = *std::move(entry);
  co_return entry_ ? &*entry_ : nullptr;
}

const Listed* EntryCursor::find(const Key& key) const {
  const auto found = std::lower_bound(page_.begin(), page_.end(), key,
                                      [](const Listed& a, const Key& b) { return a.key < b; });
  return found == page_.end() || found->key != key ? nullptr : &*found;
}

AuditReplay::AuditReplay(ScanReader reader, const AuditedSequences& sequences,
                         AuditedParticipants& participants, AuditReport& report)
    : sequences_(sequences), participants_(participants), report_(report), cursor_(reader) {
  order_documents();
}

Task<Result<bool>> AuditReplay::step() {
  const auto& rows = participants_.settlements();
  while (row_ < rows.size() && !counts(rows[row_])) ++row_;
  if (row_ < rows.size()) {
    const auto added = co_await add_up(rows[row_++]);
    if (!added) co_return added.error();
    co_return true;
  }
  if (document_ == documents_.size()) co_return false;
  const auto judged = co_await judge(documents_[document_++]);
  if (!judged) co_return judged.error();
  co_return true;
}

/// What is not known for another reason than its kinds of effects was found and reported before.
bool AuditReplay::is_known(const AuditedParticipant& participant) const {
  return participant.document && participant.complete && participant.judged &&
         participants_.documents().at(*participant.document).is_known();
}

/// Whether what is settled there has to be added up.
bool AuditReplay::counts(const Settlement& row) const {
  if (!row.adds) return false;
  const AuditedParticipant& participant = participants_.at(row.participant);
  return is_known(participant) &&
         row.rank > participants_.documents().at(*participant.document).made;
}

void AuditReplay::order_documents() {
  const AuditedDocuments& documents = participants_.documents();
  for (std::size_t at = 0; at < documents.size(); ++at)
    documents_.push_back(static_cast<DocumentIndex>(at));
  const auto place_of = [&](DocumentIndex index) {
    const AuditedDocument& document = documents.at(index);
    return std::tuple(document.sequence, document.entry, index);
  };
  std::sort(documents_.begin(), documents_.end(),
            [&](DocumentIndex a, DocumentIndex b) { return place_of(a) < place_of(b); });
}

Task<Result<void>> AuditReplay::add_up(Settlement row) {
  const Sequence sequence = this->sequence(row.sequence);
  const auto entry = co_await cursor_.at(sequence, row.entry);
  if (!entry) co_return entry.error();
  AuditedParticipant& participant = participants_.at(row.participant);
  const Operation* operation = *entry == nullptr ? nullptr : (*entry)->find(row.intent);
  if (operation == nullptr)
    participant.judged = false;  // the store denies what it has shown
  else
    participants_.documents().add_up(*participant.document, *operation, participant.key);
  co_return Result<void>{};
}

Task<Result<void>> AuditReplay::judge(DocumentIndex index) {
  const AuditedDocument& document = participants_.documents().at(index);
  const AuditedParticipant& participant = participants_.at(document.participant);
  if (!document.is_known()) ++report_.replayed.unverifiable;
  if (!is_known(participant)) co_return Result<void>{};
  std::vector<std::string> keys{participant.key};
  const Operation* made = nullptr;
  if (document.made != Rank{}) {
    const Sequence sequence = this->sequence(document.sequence);
    const auto entry = co_await cursor_.at(sequence, document.entry);
    if (!entry) co_return entry.error();
    made = *entry == nullptr ? nullptr : (*entry)->find(document.intent);
    if (made == nullptr) co_return Result<void>{};
    keys.push_back(sequence.entry(document.entry).text());
  }
  if (participants_.documents().is_right(index, made, participant.key)) {
    ++report_.replayed.verified;
    co_return Result<void>{};
  }
  std::string sentence = participant.key + " is not what its settled operations come to";
  if (made != nullptr) sentence += ", the last of which that made it is in " + keys.back();
  report_.findings.add("I12", std::move(keys), std::move(sentence));
  co_return Result<void>{};
}

}  // namespace posse
