/// BLAKE2b through libsodium, and base64url by tables.
// SPDX-License-Identifier: Apache-2.0
#include "core/digest.h"

#include <array>

#include <sodium.h>

namespace posse {
namespace {

const std::uint8_t* data_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// libsodium's base64 takes the same time for each letter, as secrets need it. A participant names
// up to 48 intents, none of them secret: there it took a tenth of all the time of a shop.
constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_letter = 255;

/// Of each byte, the six bits it stands for.
constexpr auto values = [] {
  std::array<std::uint8_t, 256> all{};
  all.fill(no_letter);
  for (std::size_t value = 0; value < letters.size(); ++value) {
    all.at(static_cast<std::uint8_t>(letters[value])) = static_cast<std::uint8_t>(value);
  }
  return all;
}();

}  // namespace

Digest digest(std::string_view bytes) {
  Digest out{};
  crypto_generichash(out.data(), out.size(), data_of(bytes), bytes.size(), nullptr, 0);
  return out;
}

Digest digest_of(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) {
    all += std::to_string(part.size());
    all += ':';
    all += part;
  }
  return digest(all);
}

std::uint64_t leading_bits(const Digest& digest) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = (bits << 8U) | digest.at(i);
  return bits;
}

std::string to_text(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 5) / 6);
  std::uint32_t bits = 0;
  unsigned count = 0;  // of the low bits that are not written yet
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    for (count += 8; count >= 6;) {
      count -= 6;
      text += letters[(bits >> count) & 63U];
    }
  }
  if (count > 0) text += letters[(bits << (6 - count)) & 63U];
  return text;
}

bool from_text(std::string_view text, std::span<std::uint8_t> bytes) {
  if (text.size() != (bytes.size() * 8 + 5) / 6) return false;
  auto next = bytes.begin();
  std::uint32_t bits = 0;
  unsigned count = 0;  // of the low bits that belong to the next byte
  for (const char letter : text) {
    const std::uint8_t value = values.at(static_cast<std::uint8_t>(letter));
    if (value == no_letter) return false;
    bits = (bits << 6U) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *next++ = static_cast<std::uint8_t>(bits >> count);
  }
  // One text for the same bytes: what is left over must be zero.
  return (bits & ((1U << count) - 1)) == 0;
}

}  // namespace posse
