/// Version 7 UUIDs as text.
// SPDX-License-Identifier: Apache-2.0
#include "core/uuid.h"

#include <algorithm>
#include <cstdint>

namespace posse {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view form = "xxxxxxxx-xxxx-7xxx-vxxx-xxxxxxxxxxxx";  // v: 8, 9, a or b

char lower(char c) {
  return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool fits(char place, char c) {
  if (place == 'x') return hex_digits.find(c) != std::string_view::npos;
  if (place == 'v') return c == '8' || c == '9' || c == 'a' || c == 'b';
  return c == place;
}

}  // namespace

Uuid Uuid::make(Time now, Random& random) {
  const auto milliseconds = static_cast<std::uint64_t>(number(now));
  std::uint64_t chance = random.bits();
  std::string text(form);
  int time_digit = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char place = text[at];
    if (place == '-' || place == '7') continue;
    if (time_digit < 12) {
      text[at] = hex_digits[(milliseconds >> static_cast<unsigned>(44 - 4 * time_digit++)) & 15U];
      continue;
    }
    const std::uint64_t digit = place == 'v' ? 8U | (chance & 3U) : chance & 15U;
    text[at] = hex_digits[digit];
    chance = (chance >> 4U) ^ (at + 1 == 20 ? random.bits() : 0U);
  }
  return Uuid(std::move(text));
}

std::optional<Uuid> Uuid::from(std::string_view text) {
  if (text.size() != form.size()) return {};
  std::string canonical(text);
  std::transform(canonical.begin(), canonical.end(), canonical.begin(), lower);
  if (!std::equal(form.begin(), form.end(), canonical.begin(), fits)) return {};
  return Uuid(std::move(canonical));
}

Time Uuid::made() const {
  std::int64_t milliseconds = 0;
  for (const char c : std::string_view(text_).substr(0, 13)) {
    if (c != '-') milliseconds = milliseconds * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return Time{std::chrono::milliseconds{milliseconds}};
}

}  // namespace posse
