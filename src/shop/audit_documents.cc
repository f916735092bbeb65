/// What operations do to documents.
// SPDX-License-Identifier: Apache-2.0
#include "shop/audit_documents.h"

#include <algorithm>
#include <utility>

#include "core/json_writer.h"

namespace posse {
namespace {

/// Equal for equal contents, whatever the order of their fields: additions in another order make
/// new fields in another order.
Digest content_of(const Participant& participant) {
  if (!participant.is_there) return digest("");
  std::map<std::string_view, const boost::json::value*> fields;
  for (const auto& [name, value] : participant.data) fields[name] = &value;
  boost::json::object sorted;
  sorted.reserve(fields.size());
  for (const auto& [name, value] : fields) sorted[name] = *value;
  JsonWriter out;
  out.value(sorted);
  return digest(out.take());
}

}  // namespace

DocumentIndex AuditedDocuments::add(ParticipantIndex index, const Participant& participant) {
  const auto next = static_cast<DocumentIndex>(documents_.size());
  AuditedDocument& document = documents_.emplace_back();
  document.participant = index;
  document.content = content_of(participant);
  return next;
}

Touch AuditedDocuments::touch(const Operation& operation, std::string_view key) const {
  Touch touch = Touch::nothing;
  for (const Effect& effect : operation.effects) {
    if (effect.key.text() != key) continue;
    const EffectKind* kind = kinds_.find(effect.kind);
    if (kind == nullptr || kind->check(effect.details)) return Touch::unknown;
    if (effect.kind == "add")
      touch = std::max(touch, Touch::adds);
    else if (effect.kind != "check")
      touch = Touch::makes;
  }
  return touch;
}

void AuditedDocuments::see(DocumentIndex index, const Touched& touched) {
  AuditedDocument& document = at(index);
  if (touched.touch == Touch::unknown) document.unknown = std::max(document.unknown, touched.rank);
  if (touched.touch != Touch::makes || touched.rank <= document.made) return;
  document.made = touched.rank;
  document.intent = touched.intent;
  document.sequence = touched.sequence;
  document.entry = touched.entry;
}

void AuditedDocuments::add_up(DocumentIndex index, const Operation& operation,
                              std::string_view key) {
  Participant sums;
  auto& totals = at(index).sums;
  for (const Effect& effect : operation.effects) {
    if (effect.key.text() != key || effect.kind != "add") continue;
    const std::string field(effect.details.at("field").as_string());
    sums.data[field] = totals[field];
    sums.change(field, effect.details.at("amount").as_int64());
    totals[field] = sums.value(field);
  }
}

bool AuditedDocuments::is_right(DocumentIndex index, const Operation* made,
                                std::string_view key) const {
  Participant replayed;
  replayed.is_there = false;
  if (made != nullptr) {
    for (const Effect& effect : made->effects) {
      if (effect.key.text() == key) kinds_.find(effect.kind)->apply(replayed, effect.details);
    }
  }
  for (const auto& [field, sum] : at(index).sums) replayed.change(field, sum);
  return content_of(replayed) == at(index).content;
}

AuditedDocument& AuditedDocuments::at(DocumentIndex index) {
  return documents_.at(static_cast<std::uint32_t>(index));
}

const AuditedDocument& AuditedDocuments::at(DocumentIndex index) const {
  return documents_.at(static_cast<std::uint32_t>(index));
}

}  // namespace posse
