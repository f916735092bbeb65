/// How keys are put together.
// SPDX-License-Identifier: Apache-2.0
#include "core/sequence.h"

namespace posse {

std::string key_number(std::uint64_t number) {
  constexpr std::size_t digits = 12;
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

Key Sequence::entry(EntryNumber entry) const {
  return Key{name_ + "/entry/" + key_number(number(entry))};
}

Key Sequence::receipt(EntryNumber entry) const {
  return Key{name_ + "/receipt/" + key_number(number(entry))};
}

Sequence generic_journal(std::uint64_t n) {
  return Sequence{"journal/" + std::to_string(n)};
}

Key settled_page_key(const Key& participant, std::uint64_t page) {
  return Key{participant.text() + std::string(page_folder) + key_number(page)};
}

}  // namespace posse
