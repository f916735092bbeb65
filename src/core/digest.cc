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
  constexpr std::size_t usual = 128;
  std::string all;
  all.reserve(usual);
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
  std::string text(text_size(bytes.size()), '\0');
  write_text(bytes, text.data());
  return text;
}

void write_text(std::span<const std::uint8_t> bytes, char* text) {
  const auto letter = [](std::uint32_t bits) { return letters[bits & 63U]; };
  for (; bytes.size() >= 3; bytes = bytes.subspan(3)) {
    const auto bits = static_cast<std::uint32_t>(bytes[0] << 16U | bytes[1] << 8U | bytes[2]);
    *text++ = letter(bits >> 18U);
    *text++ = letter(bits >> 12U);
    *text++ = letter(bits >> 6U);
    *text++ = letter(bits);
  }
  if (bytes.empty()) return;
  const auto bits =
      static_cast<std::uint32_t>(bytes[0] << 16U | (bytes.size() > 1 ? bytes[1] << 8U : 0));
  *text++ = letter(bits >> 18U);
  *text++ = letter(bits >> 12U);
  if (bytes.size() > 1) *text = letter(bits >> 6U);
}

bool from_text(std::string_view text, std::span<std::uint8_t> bytes) {
  if (text.size() != text_size(bytes.size())) return false;
  std::uint32_t seen = 0;  // all values at once: one that is no letter shows
  std::uint32_t bits = 0;
  const auto add = [&](char letter) {
    const std::uint8_t value = values[static_cast<std::uint8_t>(letter)];
    seen |= value;
    bits = bits << 6U | value;
  };
  for (; bytes.size() >= 3; bytes = bytes.subspan(3), text.remove_prefix(4)) {
    for (std::size_t letter = 0; letter < 4; ++letter) add(text[letter]);
    bytes[0] = static_cast<std::uint8_t>(bits >> 16U);
    bytes[1] = static_cast<std::uint8_t>(bits >> 8U);
    bytes[2] = static_cast<std::uint8_t>(bits);
  }
  bits = 0;
  for (const char letter : text) add(letter);
  const auto left = static_cast<unsigned>(6 * text.size() - 8 * bytes.size());
  // One text for the same bytes: what is left over must be zero.
  if (seen > letters.size() - 1 || (bits & ((1U << left) - 1)) != 0) return false;
  for (std::size_t at = bytes.size(); at > 0; --at) {
    bytes[at - 1] = static_cast<std::uint8_t>(bits >> (left + 8 * (bytes.size() - at)));
  }
  return true;
}

}  // namespace posse
