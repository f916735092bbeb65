/// The rule for names.
// SPDX-License-Identifier: Apache-2.0
#include "shop/name.h"

#include <algorithm>

namespace posse {
namespace {

constexpr std::size_t name_bytes_max = 64;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_name_character(char c) {
  return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::optional<Name> Name::from(std::string_view text) {
  if (text.empty() || text.size() > name_bytes_max || !is_alphanumeric(text.front())) return {};
  if (!std::all_of(text.begin(), text.end(), is_name_character)) return {};
  return Name(text);
}

}  // namespace posse
