/// BLAKE2b digests (RFC 7693, by libsodium) and the text form in which we store bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace posse {

/// 256 bits that stand for some bytes.
using Digest = std::array<std::uint8_t, 32>;

/// Digest of one text.
Digest digest(std::string_view bytes);

/// Digest of several texts that no other list of texts shares: each goes in with its length.
Digest digest_of(std::initializer_list<std::string_view> parts);

/// The first 64 bits of a digest as a number, for draws and for spreading over shards.
std::uint64_t leading_bits(const Digest& digest);

/// base64url without padding (RFC 4648, section 5), the form of digests and intents in documents.
std::string to_text(std::span<const std::uint8_t> bytes);

/// The same, into the `text_size` characters from `text` on.
void write_text(std::span<const std::uint8_t> bytes, char* text);

/// How many characters so many bytes come to.
constexpr std::size_t text_size(std::size_t bytes) {
  return (bytes * 8 + 5) / 6;
}

/// Reads exactly `bytes.size()` bytes; false if `text` is anything else.
bool from_text(std::string_view text, std::span<std::uint8_t> bytes);

}  // namespace posse
