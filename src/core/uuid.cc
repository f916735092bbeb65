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
  std::string text;
  int time_digit = 0;
  for (const char place : form) {
    if (place == '-' || place == '7') {
      text += place;
    } else if (time_digit < 12) {
      text += hex_digits[(milliseconds >> static_cast<unsigned>(44 - 4 * time_digit++)) & 15U];
    } else {
      const std::uint64_t digit = place == 'v' ? 8U | (chance & 3U) : chance & 15U;
      text += hex_digits[digit];
      chance = (chance >> 4U) ^ (text.size() == 20 ? random.bits() : 0U);
    }
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
  for (const char c : text_.substr(0, 13)) {
    if (c != '-') milliseconds = milliseconds * 16 + static_cast<std::int64_t>(hex_digits.find(c));
  }
  return Time{std::chrono::milliseconds{milliseconds}};
}

}  // namespace posse
