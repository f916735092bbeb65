/// Documents of generic journals, and what their operations come to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "journal/effect.h"
#include "journal/entry.h"
#include "journal/participant.h"
#include "shop/audit_sequences.h"

namespace posse {

/// A participant's place in the list of an audit, and a document's.
enum class ParticipantIndex : std::uint32_t {};
enum class DocumentIndex : std::uint32_t {};

/// A settlement's place among those of its participant, from 1; 0 is before all of them.
enum class Rank : std::uint32_t {};

/// What an operation does to one document.
enum class Touch : std::uint8_t {
  nothing,  ///< It only looks.
  adds,     ///< To numbers of what is there.
  makes,    ///< Whatever was there: there is another content now, or none.
  unknown,  ///< Has an effect that this program does not know.
};

/// A document, and as much of its history as tells what it must be.
///
/// A settlement enters a document by the same swap that applies its operation, at the end of the
/// list, and the list moves into pages from its beginning: so pages and list, one after the other,
/// are the order in which the operations were applied, whichever journals they are of, and nothing
/// else changes the data. A `create`, `set` or `remove` makes what was before it of no account, and
/// the `add`s after it can be added up in any order. So the content follows from the last operation
/// that made it, and the sum of what was added later; before the first one there is no document.
struct AuditedDocument {
  ParticipantIndex participant{};
  Digest content{};  ///< What was read, in short.
  Rank made{};       ///< The last settlement that made it, and what it settles.
  Intent intent;
  SequenceIndex sequence{};
  EntryNumber entry{};
  Rank unknown{};                            ///< The last one that nobody here can apply.
  std::map<std::string, std::int64_t> sums;  ///< What was added to each number after `made`.

  /// Whether its content follows from what this program knows.
  bool is_known() const { return unknown <= made; }
};

/// All documents that participants are, other than accounts.
class AuditedDocuments {
 public:
  DocumentIndex add(ParticipantIndex index, const Participant& participant);

  /// What `operation` does to the document at `key`.
  Touch touch(const Operation& operation, std::string_view key) const;

  /// Takes in a settlement of a document: of which rank, of which operation, and what that did.
  struct Touched {
    Rank rank{};
    Intent intent;
    SequenceIndex sequence{};
    EntryNumber entry{};
    Touch touch{};
  };
  void see(DocumentIndex index, const Touched& touched);

  /// Takes in what `operation`, settled after the last one that made the document at `key`, adds.
  void add_up(DocumentIndex index, const Operation& operation, std::string_view key);

  /// Whether the document that was read is what `made`, the last operation that made the document
  /// at `key`, and the sums come to; null if none has.
  bool is_right(DocumentIndex index, const Operation* made, std::string_view key) const;

  AuditedDocument& at(DocumentIndex index);
  const AuditedDocument& at(DocumentIndex index) const;
  std::size_t size() const { return documents_.size(); }

 private:
  EffectKinds kinds_;
  std::vector<AuditedDocument> documents_;
};

}  // namespace posse
