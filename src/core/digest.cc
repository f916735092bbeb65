/// BLAKE2b and base64url through libsodium.
// SPDX-License-Identifier: Apache-2.0
#include "core/digest.h"

#include <algorithm>

#include <sodium.h>

#include "core/assert.h"

namespace posse {
namespace {

const std::uint8_t* data_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

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
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // the terminating zero
  return text;
}

bool from_text(std::string_view text, std::span<std::uint8_t> bytes) {
  // libsodium 1.0.18 takes some bytes above 127 for letters.
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::all_of(text.begin(), text.end(), is_ascii)) return false;
  if (bytes.empty()) return text.empty();  // its pointer may be null, which libsodium forbids
  std::size_t read = 0;
  const char* end = nullptr;
  const int status =
      sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &read, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return status == 0 && read == bytes.size() && end == text.data() + text.size();
}

}  // namespace posse
