/// The keys of a sequence and of what belongs to a participant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "posse/types.h"

namespace posse {

/// A chain of entries with a head, named by the key of its head: `campaign/<id>`, `journal/<n>`.
class Sequence {
 public:
  Sequence() = default;
  explicit Sequence(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  Key head() const { return Key{name_}; }
  Key entry(EntryNumber entry) const;
  Key receipt(EntryNumber entry) const;

  friend auto operator<=>(const Sequence&, const Sequence&) = default;

 private:
  std::string name_;
};

/// `journal/<n>`: one of the generic journals.
Sequence generic_journal(std::uint64_t n);

/// What the keys of the shop and of the posse begin with, in order: no document of somebody else's
/// does.
inline constexpr std::array<std::string_view, 7> own_families{
    "access/", "account/", "campaign/", "journal/", "posse/", "session/", "watch/"};

/// Stands between a participant's key and the number of a page of its settlements; no key of a
/// document has it.
inline constexpr std::string_view page_folder = "/settled/";

/// Page `page` (from 0) of the intents that spilled out of `participant`.
Key settled_page_key(const Key& participant, std::uint64_t page);

/// A number as it stands in a key: 12 digits, so that keys sort as their numbers do.
std::string key_number(std::uint64_t number);

/// Bytes the key of a participant may have, so that its pages' keys (21 bytes more) fit every
/// store.
inline constexpr std::size_t participant_key_bytes_max = 229;

/// Bytes a sequence's name may have, so that its entries' keys fit every store.
inline constexpr std::size_t sequence_name_max = 128;

}  // namespace posse
